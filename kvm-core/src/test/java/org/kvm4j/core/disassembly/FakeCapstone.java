package org.kvm4j.core.disassembly;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.kvm4j.core.sys.Capstone;

/** A Capstone that knows what it is told to know, and counts what it has given out. */
final class FakeCapstone implements Capstone {

  static final int CS_ERR_MEM = 1;

  private static final long HANDLE = 77;
  private static final long ADDRESS = 0x1_0000;

  private final CsInsn layout;
  private final int version;
  int openResult = CS_ERR_OK;
  List<String> mnemonics = List.of("cpuid", "rdtsc");
  long countToReturn = -1;
  int mode;
  byte[] code = {};
  int handles;
  int arrays;

  FakeCapstone(CsInsn layout, int version) {
    this.layout = layout;
    this.version = version;
  }

  @Override
  public int version() {
    return version;
  }

  @Override
  public int open(int arch, int newMode, ByteBuffer handle) {
    mode = newMode;
    if (openResult == CS_ERR_OK) {
      handle.putLong(0, HANDLE);
      handles++;
    }
    return openResult;
  }

  @Override
  public int close(ByteBuffer handle) {
    handles -= handle.getLong(0) == HANDLE ? 1 : 1000;
    return CS_ERR_OK;
  }

  @Override
  public long disassemble(
      long handle, ByteBuffer bytes, long address, long count, ByteBuffer instructions) {
    code = new byte[bytes.remaining()];
    bytes.get(code);
    instructions.putLong(0, ADDRESS);
    long found = countToReturn < 0 ? Math.min(count, mnemonics.size()) : countToReturn;
    arrays += found > 0 ? 1 : 0;
    return found;
  }

  @Override
  public void free(long instructions, long count) {
    arrays -= instructions == ADDRESS ? 1 : 1000;
  }

  /** Each of two bytes, at 0x1000 and up. */
  @Override
  public ByteBuffer view(long address, int lengthBytes) {
    int size = layout.sizeBytes();
    ByteBuffer array = ByteBuffer.allocate(mnemonics.size() * size).order(ByteOrder.LITTLE_ENDIAN);
    int mnemonic = layout == CsInsn.V4 ? 34 : 42;
    for (int i = 0; i < mnemonics.size(); i++) {
      array.putLong(i * size + 8, 0x1000 + 2L * i).putShort(i * size + 16, (short) 2);
      array.put(i * size + mnemonic, mnemonics.get(i).getBytes(StandardCharsets.US_ASCII));
    }
    ByteBuffer seen = ByteBuffer.allocate(lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    return seen.put(0, array, 0, Math.min(lengthBytes, array.limit()));
  }
}
