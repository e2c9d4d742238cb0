package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kvm4j.KvmException;
import org.kvm4j.core.abi.KvmStatsDesc;
import org.kvm4j.core.abi.KvmStatsHeader;
import org.kvm4j.stats.StatisticDescriptor;

/**
 * What a statistics file holds and where: its header, id and descriptors, none of which is believed
 * beyond what a file of statistics can be. KVM API, section 4, KVM_GET_STATS_FD.
 *
 * @param id what the file is of
 * @param dataOffset where the values are in the file
 * @param dataBytes how many bytes of values there are
 * @param values by name, in the kernel's order
 */
record StatsLayout(String id, long dataOffset, int dataBytes, Map<String, Value> values) {

  /** A statistic, and where its values are in the data. */
  record Value(StatisticDescriptor descriptor, int offset) {

    long[] read(ByteBuffer data) {
      long[] words = new long[descriptor.size()];
      for (int i = 0; i < words.length; i++) {
        words[i] = data.getLong(offset + i * Long.BYTES);
      }
      return words;
    }
  }

  /** Fills a buffer from a place in the file, or throws. */
  interface Source {
    void read(ByteBuffer target, long offset);
  }

  // Today's kernels: names of 48 bytes, some 50 descriptors, histograms of 32 buckets.
  private static final int MOST_NAME_BYTES = 1024;
  private static final int MOST_DESCRIPTORS = 4096;
  private static final int MOST_DATA_BYTES = 1 << 20;
  private static final int MOST_FILE_BYTES = 1 << 26;

  static StatsLayout parse(String of, Source file) {
    ByteBuffer header = read(file, 0, KvmStatsHeader.SIZEOF);
    int nameBytes = bounded(of, header, KvmStatsHeader.NAME_SIZE, "name_size", MOST_NAME_BYTES);
    int count = bounded(of, header, KvmStatsHeader.NUM_DESC, "num_desc", MOST_DESCRIPTORS);
    int idAt = bounded(of, header, KvmStatsHeader.ID_OFFSET, "id_offset", MOST_FILE_BYTES);
    int descAt = bounded(of, header, KvmStatsHeader.DESC_OFFSET, "desc_offset", MOST_FILE_BYTES);
    int dataAt = bounded(of, header, KvmStatsHeader.DATA_OFFSET, "data_offset", MOST_FILE_BYTES);
    String id = text(read(file, idAt, nameBytes), 0, nameBytes);
    int stride = KvmStatsDesc.SIZEOF + nameBytes;
    ByteBuffer table = read(file, descAt, count * stride);
    Map<String, Value> values = new LinkedHashMap<>();
    int end = 0;
    for (int i = 0; i < count; i++) {
      ByteBuffer entry = Native.slice(table, i * stride, stride);
      int offset = bounded(of, entry, KvmStatsDesc.OFFSET, "offset", MOST_DATA_BYTES);
      StatisticDescriptor descriptor =
          KvmStatsDesc.read(entry, text(entry, KvmStatsDesc.NAME, nameBytes));
      int valueEnd = offset + descriptor.size() * Long.BYTES;
      if (valueEnd > MOST_DATA_BYTES) {
        throw malformed(of, "statistic " + descriptor.name() + " ends at byte " + valueEnd);
      }
      end = Math.max(end, valueEnd);
      values.put(descriptor.name(), new Value(descriptor, offset));
    }
    return new StatsLayout(id, dataAt, end, values);
  }

  private static ByteBuffer read(Source file, int offset, int sizeBytes) {
    ByteBuffer bytes = Native.allocate(sizeBytes);
    file.read(bytes, offset);
    return bytes;
  }

  private static int bounded(String of, ByteBuffer bytes, int at, String field, int most) {
    long value = Integer.toUnsignedLong(bytes.getInt(at));
    if (value > most) {
      throw malformed(of, "%s is %d, more than %d".formatted(field, value, most));
    }
    return (int) value;
  }

  private static KvmException malformed(String of, String why) {
    return new KvmException(
        "The statistics of %s: %s. This kernel's file is not one that kvm4j understands."
            .formatted(of, why));
  }

  /** The bytes before the first NUL. */
  private static String text(ByteBuffer bytes, int at, int most) {
    int length = 0;
    while (length < most && bytes.get(at + length) != 0) {
      length++;
    }
    byte[] name = new byte[length];
    bytes.get(at, name);
    return new String(name, StandardCharsets.UTF_8);
  }
}
