package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.core.abi.KvmStatsDesc;
import org.kvm4j.core.abi.KvmStatsHeader;

/** Builds what KVM_GET_STATS_FD gives to read: header, id, descriptors, values. */
final class StatsFile {

  static final int NAME_BYTES = 48;
  static final int ID_AT = KvmStatsHeader.SIZEOF;
  static final int DESCRIPTORS_AT = ID_AT + NAME_BYTES;
  static final int STRIDE = KvmStatsDesc.SIZEOF + NAME_BYTES;

  private record Entry(String name, int flags, int exponent, int bucketSize, List<Long> values) {}

  private final String id;
  private final List<Entry> entries = new ArrayList<>();

  StatsFile(String id) {
    this.id = id;
  }

  StatsFile add(String name, int flags, int exponent, int bucketSize, Long... values) {
    entries.add(new Entry(name, flags, exponent, bucketSize, List.of(values)));
    return this;
  }

  /** Where the values begin. */
  int dataAt() {
    return DESCRIPTORS_AT + entries.size() * STRIDE;
  }

  byte[] bytes() {
    int words = entries.stream().mapToInt(entry -> entry.values().size()).sum();
    ByteBuffer file = Native.allocate(dataAt() + words * Long.BYTES);
    file.putInt(KvmStatsHeader.NAME_SIZE, NAME_BYTES);
    file.putInt(KvmStatsHeader.NUM_DESC, entries.size());
    file.putInt(KvmStatsHeader.ID_OFFSET, ID_AT);
    file.putInt(KvmStatsHeader.DESC_OFFSET, DESCRIPTORS_AT);
    file.putInt(KvmStatsHeader.DATA_OFFSET, dataAt());
    file.put(ID_AT, id.getBytes(StandardCharsets.UTF_8));
    int offset = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      int at = DESCRIPTORS_AT + i * STRIDE;
      file.putInt(at + KvmStatsDesc.FLAGS, entry.flags());
      file.putShort(at + KvmStatsDesc.EXPONENT, (short) entry.exponent());
      file.putShort(at + KvmStatsDesc.SIZE, (short) entry.values().size());
      file.putInt(at + KvmStatsDesc.OFFSET, offset);
      file.putInt(at + KvmStatsDesc.BUCKET_SIZE, entry.bucketSize());
      file.put(at + KvmStatsDesc.NAME, entry.name().getBytes(StandardCharsets.UTF_8));
      for (long value : entry.values()) {
        file.putLong(dataAt() + offset, value);
        offset += Long.BYTES;
      }
    }
    byte[] bytes = new byte[file.capacity()];
    file.get(0, bytes);
    return bytes;
  }
}
