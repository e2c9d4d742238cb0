package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_STATS_FD;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kvm4j.KvmException;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.stats.StatisticDescriptor;
import org.kvm4j.stats.Statistics;

/**
 * A file from KVM_GET_STATS_FD and its only owner.
 *
 * <p>A lock keeps a reading from a descriptor that another thread has closed, as its number may be
 * that of another file by then.
 */
final class KvmStatistics implements Statistics, Children.Child {

  private final Syscalls sys;
  private final int number;
  private final String of;
  private final Children siblings;
  private final StatsLayout layout;
  private boolean closed;

  private KvmStatistics(Fd parent, int number, Children siblings) {
    sys = parent.sys();
    this.number = number;
    of = parent.name();
    this.siblings = siblings;
    try {
      layout = StatsLayout.parse(of, this::readFully);
    } catch (RuntimeException e) {
      sys.close(number);
      throw e;
    }
  }

  /** Opens the statistics of a VM or vCPU. */
  static KvmStatistics open(Fd parent, Children siblings) {
    int number = parent.ioctl(KVM_GET_STATS_FD, 0);
    return siblings.add(new KvmStatistics(parent, number, siblings));
  }

  @Override
  public String id() {
    return layout.id();
  }

  @Override
  public List<StatisticDescriptor> descriptors() {
    return layout.values().values().stream().map(StatsLayout.Value::descriptor).toList();
  }

  @Override
  public Map<String, long[]> read() {
    ByteBuffer data = Native.allocate(layout.dataBytes());
    readFully(data, layout.dataOffset());
    Map<String, long[]> values = new LinkedHashMap<>();
    layout.values().forEach((name, value) -> values.put(name, value.read(data)));
    return Collections.unmodifiableMap(values);
  }

  @Override
  public long value(String name) {
    StatsLayout.Value value = layout.values().get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "%s has no statistic %s: choose one of descriptors()".formatted(of, name));
    }
    if (value.descriptor().size() != 1) {
      throw new IllegalArgumentException(
          "Statistic %s has %d values: use read()".formatted(name, value.descriptor().size()));
    }
    ByteBuffer word = Native.allocate(Long.BYTES);
    readFully(word, layout.dataOffset() + value.offset());
    return word.getLong(0);
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      sys.close(number);
    }
    siblings.remove(this);
  }

  private synchronized void readFully(ByteBuffer target, long offset) {
    if (closed) {
      throw new IllegalStateException("The statistics of " + of + " are closed");
    }
    while (target.hasRemaining()) {
      int count = sys.pread(number, target, offset + target.position());
      if (count < 0) {
        throw Failure.of("pread of the statistics of " + of, count);
      }
      if (count == 0) {
        throw new KvmException(
            "The statistics of %s end at byte %d, %d bytes early. Report it: the kernel says more."
                .formatted(of, offset + target.position(), target.remaining()));
      }
    }
  }
}
