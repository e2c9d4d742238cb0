package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.KvmException;
import org.kvm4j.MpState;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Translation;
import org.kvm4j.Vcpu;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.abi.KvmFpu;
import org.kvm4j.core.abi.KvmMpState;
import org.kvm4j.core.abi.KvmRegs;
import org.kvm4j.core.abi.KvmSregs;
import org.kvm4j.core.abi.KvmTranslation;

/** Registers to the kernel's structs and back; that the structs are right is AbiTest's matter. */
final class VcpuStateTest {

  private static final Registers DISTINCT =
      new Registers(
          0x1011,
          -2,
          0x3033,
          0x4044,
          0x5055,
          0x6066,
          0x7077,
          0x8088,
          9,
          10,
          11,
          12,
          13,
          14,
          15,
          Long.MIN_VALUE,
          0xffff_ffff_8100_0000L,
          0x202);

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final Vcpu vcpu = machine.vcpu;

  @Test
  void registers_comeBackAsTheyWereSet() {
    keeps("KVM_SET_REGS", "KVM_GET_REGS", KvmRegs.SIZEOF);

    vcpu.setRegisters(DISTINCT);

    assertEquals(DISTINCT, vcpu.registers());
  }

  @Test
  void specialRegisters_comeBackAsTheyWereSet() {
    keeps("KVM_SET_SREGS", "KVM_GET_SREGS", KvmSregs.SIZEOF);
    SpecialRegisters set = DistinctRegisters.special(List.of(1L, 1L << 63, 0L, 4L));

    vcpu.setSpecialRegisters(set);

    assertEquals(set, vcpu.specialRegisters());
  }

  @Test
  void fpu_comesBackAsItWasSet() {
    keeps("KVM_SET_FPU", "KVM_GET_FPU", KvmFpu.SIZEOF);
    FpuState set =
        new FpuState(
            counting(FpuState.FPR_BYTES, 1),
            0xf37f,
            0xffff,
            0xff,
            0x7ff,
            -3,
            0x1234,
            counting(FpuState.XMM_BYTES, 77),
            0xffc0);

    vcpu.setFpu(set);

    assertEquals(set, vcpu.fpu());
  }

  @ParameterizedTest
  @EnumSource(MpState.class)
  void mpState_comesBackAsItWasSet(MpState state) {
    keeps("KVM_SET_MP_STATE", "KVM_GET_MP_STATE", KvmMpState.SIZEOF);

    vcpu.setMpState(state);

    assertEquals(state, vcpu.mpState());
  }

  @Test
  void cpuid_reachesTheKernelEntryByEntry() {
    CpuidTable table =
        new CpuidTable(
            List.of(
                new CpuidEntry(0, 0, 0, 0x1f, 0x756e_6547, 0x6c65_746e, 0x4965_6e69),
                new CpuidEntry(0xb, 1, CpuidEntry.FLAG_SIGNIFICANT_INDEX, 1, 2, 0x201, -1)));
    kernel.next(
        "KVM_SET_CPUID2",
        argument -> {
          ByteBuffer cpuid = kernel.at(argument, KvmCpuid2.sizeBytes(2));
          assertEquals(2, cpuid.getInt(KvmCpuid2.NENT));
          assertEquals(table, KvmCpuid2.read(cpuid, 2));
          return 0;
        });

    vcpu.setCpuid(table);

    assertTrue(kernel.calls().contains("KVM_SET_CPUID2"));
  }

  @Test
  void translate_givesTheGuestPhysicalAddress() {
    kernel.next(
        "KVM_TRANSLATE",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmTranslation.SIZEOF);
          assertEquals(0xffff_ffff_8100_0123L, b.getLong(KvmTranslation.LINEAR_ADDRESS));
          b.putLong(KvmTranslation.PHYSICAL_ADDRESS, 0x100_0123L)
              .put(KvmTranslation.VALID, (byte) 1)
              .put(KvmTranslation.WRITEABLE, (byte) 1);
          return 0;
        },
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmTranslation.SIZEOF);
          b.put(KvmTranslation.VALID, (byte) 1).put(KvmTranslation.USERMODE, (byte) 1);
          return 0;
        });

    assertEquals(
        Optional.of(new Translation(0x100_0123L, true, false)),
        vcpu.translate(0xffff_ffff_8100_0123L));
    assertEquals(Optional.of(new Translation(0, false, true)), vcpu.translate(0));
  }

  @Test
  void translate_isEmptyForWhatIsNotMapped_evenAfterAnAddressThatWas() {
    kernel.next(
        "KVM_TRANSLATE",
        argument -> {
          kernel.at(argument, KvmTranslation.SIZEOF).put(KvmTranslation.VALID, (byte) 1);
          return 0;
        },
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmTranslation.SIZEOF);
          b.putLong(KvmTranslation.PHYSICAL_ADDRESS, -1).put(KvmTranslation.VALID, (byte) 0);
          return 0;
        });
    vcpu.translate(0x1000);

    assertEquals(Optional.empty(), vcpu.translate(0xdead_0000L));
  }

  @Test
  void aFailedRead_isNotServedFromWhatWasReadBefore() {
    kernel.failsOnce("KVM_GET_REGS", 22);

    KvmException failure = assertThrows(KvmException.class, vcpu::registers);

    assertTrue(failure.getMessage().startsWith("KVM_GET_REGS on vCPU 0: EINVAL (22)."));
  }

  /** The kernel keeps the bytes of one ioctl for another. */
  private void keeps(String set, String get, int sizeBytes) {
    byte[] kept = new byte[sizeBytes];
    kernel.next(
        set,
        argument -> {
          ByteBuffer struct = kernel.at(argument, sizeBytes);
          struct.get(0, kept);
          struct.put(0, new byte[sizeBytes]); // so that nothing comes back by itself
          return 0;
        });
    kernel.next(
        get,
        argument -> {
          kernel.at(argument, sizeBytes).put(0, kept);
          return 0;
        });
  }

  private static byte[] counting(int length, int start) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (start + i);
    }
    return bytes;
  }
}
