package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.stats.StatisticDescriptor;

/** struct kvm_stats_desc: one statistic, followed by its name. */
public final class KvmStatsDesc {

  @C("sizeof(struct kvm_stats_desc)")
  public static final int SIZEOF = 16;

  @C("offsetof(struct kvm_stats_desc, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_stats_desc, exponent)")
  public static final int EXPONENT = 4;

  @C("offsetof(struct kvm_stats_desc, size)")
  public static final int SIZE = 6;

  @C("offsetof(struct kvm_stats_desc, offset)")
  public static final int OFFSET = 8;

  @C("offsetof(struct kvm_stats_desc, bucket_size)")
  public static final int BUCKET_SIZE = 12;

  @C("offsetof(struct kvm_stats_desc, name)")
  public static final int NAME = 16;

  @C("KVM_STATS_TYPE_SHIFT")
  public static final int KVM_STATS_TYPE_SHIFT = 0;

  @C("KVM_STATS_TYPE_MASK")
  public static final int KVM_STATS_TYPE_MASK = 15;

  @C("KVM_STATS_TYPE_CUMULATIVE")
  public static final int KVM_STATS_TYPE_CUMULATIVE = 0;

  @C("KVM_STATS_TYPE_INSTANT")
  public static final int KVM_STATS_TYPE_INSTANT = 1;

  @C("KVM_STATS_TYPE_PEAK")
  public static final int KVM_STATS_TYPE_PEAK = 2;

  @C("KVM_STATS_TYPE_LINEAR_HIST")
  public static final int KVM_STATS_TYPE_LINEAR_HIST = 3;

  @C("KVM_STATS_TYPE_LOG_HIST")
  public static final int KVM_STATS_TYPE_LOG_HIST = 4;

  @C("KVM_STATS_UNIT_SHIFT")
  public static final int KVM_STATS_UNIT_SHIFT = 4;

  @C("KVM_STATS_UNIT_MASK")
  public static final int KVM_STATS_UNIT_MASK = 240;

  @C("KVM_STATS_UNIT_NONE")
  public static final int KVM_STATS_UNIT_NONE = 0;

  @C("KVM_STATS_UNIT_BYTES")
  public static final int KVM_STATS_UNIT_BYTES = 16;

  @C("KVM_STATS_UNIT_SECONDS")
  public static final int KVM_STATS_UNIT_SECONDS = 32;

  @C("KVM_STATS_UNIT_CYCLES")
  public static final int KVM_STATS_UNIT_CYCLES = 48;

  @C("KVM_STATS_UNIT_BOOLEAN")
  public static final int KVM_STATS_UNIT_BOOLEAN = 64;

  @C("KVM_STATS_BASE_SHIFT")
  public static final int KVM_STATS_BASE_SHIFT = 8;

  @C("KVM_STATS_BASE_MASK")
  public static final int KVM_STATS_BASE_MASK = 3840;

  @C("KVM_STATS_BASE_POW10")
  public static final int KVM_STATS_BASE_POW10 = 0;

  @C("KVM_STATS_BASE_POW2")
  public static final int KVM_STATS_BASE_POW2 = 256;

  private KvmStatsDesc() {}

  /**
   * Reads a descriptor.
   *
   * @param name the text behind it, whose room the header tells
   */
  public static StatisticDescriptor read(ByteBuffer b, String name) {
    int flags = b.getInt(FLAGS);
    return new StatisticDescriptor(
        name,
        type(flags & KVM_STATS_TYPE_MASK),
        unit(flags & KVM_STATS_UNIT_MASK),
        base(flags & KVM_STATS_BASE_MASK),
        b.getShort(EXPONENT),
        Short.toUnsignedInt(b.getShort(SIZE)),
        Integer.toUnsignedLong(b.getInt(BUCKET_SIZE)));
  }

  private static StatisticDescriptor.Type type(int number) {
    return switch (number) {
      case KVM_STATS_TYPE_CUMULATIVE -> StatisticDescriptor.Type.CUMULATIVE;
      case KVM_STATS_TYPE_INSTANT -> StatisticDescriptor.Type.INSTANT;
      case KVM_STATS_TYPE_PEAK -> StatisticDescriptor.Type.PEAK;
      case KVM_STATS_TYPE_LINEAR_HIST -> StatisticDescriptor.Type.LINEAR_HISTOGRAM;
      case KVM_STATS_TYPE_LOG_HIST -> StatisticDescriptor.Type.LOG_HISTOGRAM;
      default -> StatisticDescriptor.Type.UNKNOWN;
    };
  }

  private static StatisticDescriptor.Unit unit(int number) {
    return switch (number) {
      case KVM_STATS_UNIT_NONE -> StatisticDescriptor.Unit.NONE;
      case KVM_STATS_UNIT_BYTES -> StatisticDescriptor.Unit.BYTES;
      case KVM_STATS_UNIT_SECONDS -> StatisticDescriptor.Unit.SECONDS;
      case KVM_STATS_UNIT_CYCLES -> StatisticDescriptor.Unit.CYCLES;
      case KVM_STATS_UNIT_BOOLEAN -> StatisticDescriptor.Unit.BOOLEAN;
      default -> StatisticDescriptor.Unit.UNKNOWN;
    };
  }

  private static StatisticDescriptor.Base base(int number) {
    return switch (number) {
      case KVM_STATS_BASE_POW10 -> StatisticDescriptor.Base.POW10;
      case KVM_STATS_BASE_POW2 -> StatisticDescriptor.Base.POW2;
      default -> StatisticDescriptor.Base.UNKNOWN;
    };
  }
}
