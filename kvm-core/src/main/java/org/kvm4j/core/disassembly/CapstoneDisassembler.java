package org.kvm4j.core.disassembly;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.kvm4j.core.sys.Capstone;

/** By Capstone. A handle lives for one call, so that nobody has to close a disassembler. */
final class CapstoneDisassembler implements Disassembler {

  private static final int MOST_INSTRUCTIONS = 16;

  private final Capstone capstone;
  private final CsInsn layout;

  CapstoneDisassembler(Capstone capstone, CsInsn layout) {
    this.capstone = capstone;
    this.layout = layout;
  }

  @Override
  public List<Instruction> instructions(byte[] code, long address, int bits, int most) {
    if (most < 1 || most > MOST_INSTRUCTIONS) {
      throw new IllegalArgumentException("most is 1 to 16 instructions, not " + most);
    }
    int mode = mode(bits);
    if (code.length == 0) {
      return List.of();
    }
    int length = Math.min(code.length, most * Instruction.MOST_BYTES);
    ByteBuffer bounded = ByteBuffer.allocateDirect(length).put(code, 0, length).flip();
    try (Handle handle = new Handle(mode)) {
      return handle.isOpen() ? handle.instructions(bounded, address, most) : List.of();
    }
  }

  @Override
  public Optional<String> lack() {
    return Optional.empty();
  }

  private static int mode(int bits) {
    return switch (bits) {
      case 16 -> Capstone.CS_MODE_16;
      case 32 -> Capstone.CS_MODE_32;
      case 64 -> Capstone.CS_MODE_64;
      default -> throw new IllegalArgumentException("bits is 16, 32 or 64, not " + bits);
    };
  }

  private static ByteBuffer word() {
    return ByteBuffer.allocateDirect(Capstone.SIZEOF_CSH).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A csh, from cs_open to cs_close. */
  private final class Handle implements AutoCloseable {
    private final ByteBuffer csh = word();
    private final boolean open;

    Handle(int mode) {
      open = capstone.open(Capstone.CS_ARCH_X86, mode, csh) == Capstone.CS_ERR_OK;
    }

    boolean isOpen() {
      return open;
    }

    List<Instruction> instructions(ByteBuffer code, long address, int most) {
      ByteBuffer out = word();
      long count = capstone.disassemble(csh.getLong(0), code, address, most, out);
      if (count <= 0 || count > most) {
        return List.of();
      }
      long array = out.getLong(0);
      try {
        ByteBuffer structs = capstone.view(array, (int) count * layout.sizeBytes());
        return upToTheLast(structs, (int) count);
      } finally {
        capstone.free(array, count);
      }
    }

    private List<Instruction> upToTheLast(ByteBuffer structs, int count) {
      List<Instruction> found = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        found.add(layout.read(structs, i));
        if (found.get(i).isLast()) {
          break;
        }
      }
      return found;
    }

    @Override
    public void close() {
      if (open) {
        capstone.close(csh);
      }
    }
  }
}
