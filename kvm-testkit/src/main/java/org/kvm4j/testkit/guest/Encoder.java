package org.kvm4j.testkit.guest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The bytes of instructions in 64-bit mode, and the places that wait for a label. AMD64
 * Architecture Programmer's Manual, volume 3, section 1.2 to 1.6.
 */
final class Encoder {

  private static final int OPERAND_SIZE = 0x66;
  private static final int ADDRESS_SIZE = 0x67;
  private static final int REX = 0x40;
  private static final int REX_W = 8;
  private static final int REX_R = 4;
  private static final int REX_B = 1;
  private static final int MOD_DISP32 = 0x80;
  private static final int MOD_REGISTER = 0xc0;
  private static final int RM_SIB = 4;
  private static final int SIB_NO_BASE = 0x25;
  private static final int SIB_RSP = 0x24;

  /** What an instruction acts on besides its register: memory, or another register. */
  sealed interface Operand {}

  /** Memory at an address; a negative {@code int} is taken as unsigned. */
  record Absolute(long address) implements Operand {
    Absolute {
      if (address == (int) address) {
        address &= 0xffff_ffffL;
      }
      if (address < 0 || address > 0xffff_ffffL) {
        throw new IllegalArgumentException(
            "address 0x%x: use one below 4 GiB, or a register that holds it".formatted(address));
      }
    }
  }

  /** Memory at the address in a register. */
  record Indirect(Register base, int offset) implements Operand {}

  /** A register. */
  record Direct(Register register) implements Operand {}

  /** Four bytes that depend on where a label is. */
  private record Fixup(int position, String label, boolean relative) {}

  private final ByteArrayOutputStream code = new ByteArrayOutputStream();
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Fixup> fixups = new ArrayList<>();

  /** Appends bytes as they are. */
  void bytes(int... values) {
    for (int value : values) {
      code.write(value);
    }
  }

  /** Appends the low bytes of a number, lowest first. */
  void number(long value, int sizeBytes) {
    for (int i = 0; i < sizeBytes; i++) {
      code.write((int) (value >>> (8 * i)));
    }
  }

  void label(String name) {
    if (labels.putIfAbsent(name, code.size()) != null) {
      throw new IllegalArgumentException("label %s is there twice: rename one".formatted(name));
    }
  }

  /** Appends the distance from behind these four bytes to a label. */
  void distanceTo(String label) {
    fixup(label, true);
  }

  /** Appends the four bytes of a label's address. */
  void addressOf(String label) {
    fixup(label, false);
  }

  /**
   * Appends prefixes, opcode, ModRM, SIB and displacement.
   *
   * @param sizeBytes of the operands: 1, 2, 4 or 8
   * @param reg the register, or the number that extends the opcode
   */
  void instruction(int sizeBytes, int reg, Operand operand, int... opcode) {
    if (operand instanceof Absolute absolute && absolute.address() > Integer.MAX_VALUE) {
      bytes(ADDRESS_SIZE); // or the displacement would be extended by its sign
    }
    if (sizeBytes == 2) {
      bytes(OPERAND_SIZE);
    }
    int rex =
        (sizeBytes == 8 ? REX_W : 0) | (reg > 7 ? REX_R : 0) | (isExtended(operand) ? REX_B : 0);
    if (rex != 0 || (sizeBytes == 1 && needsRex(reg, operand))) {
      bytes(REX | rex);
    }
    bytes(opcode);
    int middle = (reg & 7) << 3;
    if (operand instanceof Absolute absolute) {
      bytes(middle | RM_SIB, SIB_NO_BASE);
      number(absolute.address(), 4);
    } else if (operand instanceof Indirect indirect) {
      bytes(MOD_DISP32 | middle | indirect.base().low());
      if (indirect.base().low() == RM_SIB) {
        bytes(SIB_RSP);
      }
      number(indirect.offset(), 4);
    } else if (operand instanceof Direct direct) {
      bytes(MOD_REGISTER | middle | direct.register().low());
    }
  }

  /** Appends an instruction whose opcode has the register in its low three bits. */
  void shortForm(boolean wide, int opcode, Register register) {
    int rex = (wide ? REX_W : 0) | (register.isExtended() ? REX_B : 0);
    if (rex != 0) {
      bytes(REX | rex);
    }
    bytes(opcode | register.low());
  }

  /** The finished code, for this address. */
  byte[] finish(long origin) {
    ByteBuffer finished = ByteBuffer.wrap(code.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    for (Fixup fixup : fixups) {
      int target = position(fixup.label());
      int behind = fixup.position() + Integer.BYTES;
      finished.putInt(
          fixup.position(), fixup.relative() ? target - behind : (int) (origin + target));
    }
    return finished.array();
  }

  /** Where a label is, from the start of the code. */
  int position(String label) {
    Integer position = labels.get(label);
    if (position == null) {
      throw new IllegalStateException(
          "There is no label %s. Labels: %s.".formatted(label, labels.keySet()));
    }
    return position;
  }

  private void fixup(String label, boolean relative) {
    fixups.add(new Fixup(code.size(), label, relative));
    number(0, Integer.BYTES);
  }

  private static boolean isExtended(Operand operand) {
    return (operand instanceof Indirect indirect && indirect.base().isExtended())
        || (operand instanceof Direct direct && direct.register().isExtended());
  }

  /** Without a REX prefix, 4 to 7 are AH, CH, DH and BH. */
  private static boolean needsRex(int reg, Operand operand) {
    return reg >= 4 || (operand instanceof Direct direct && direct.register().number() >= 4);
  }
}
