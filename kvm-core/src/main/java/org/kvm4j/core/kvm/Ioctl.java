package org.kvm4j.core.kvm;

/**
 * Every request number of linux/kvm.h in use, computed as asm-generic/ioctl.h does.
 *
 * <p>The size in the number of a struct with a flexible array is that of the struct without it.
 */
final class Ioctl {

  private static final int KVMIO = 0xae;
  private static final long WRITE = 1L << 30;
  private static final long READ = 2L << 30;

  @C("KVM_GET_API_VERSION")
  static final long KVM_GET_API_VERSION = io(0x00);

  @C("KVM_CREATE_VM")
  static final long KVM_CREATE_VM = io(0x01);

  @C("KVM_GET_MSR_INDEX_LIST")
  static final long KVM_GET_MSR_INDEX_LIST = iowr(0x02, KvmMsrList.SIZEOF);

  @C("KVM_CHECK_EXTENSION")
  static final long KVM_CHECK_EXTENSION = io(0x03);

  @C("KVM_GET_VCPU_MMAP_SIZE")
  static final long KVM_GET_VCPU_MMAP_SIZE = io(0x04);

  @C("KVM_GET_SUPPORTED_CPUID")
  static final long KVM_GET_SUPPORTED_CPUID = iowr(0x05, KvmCpuid2.SIZEOF);

  @C("KVM_CREATE_VCPU")
  static final long KVM_CREATE_VCPU = io(0x41);

  @C("KVM_SET_USER_MEMORY_REGION")
  static final long KVM_SET_USER_MEMORY_REGION = iow(0x46, KvmUserspaceMemoryRegion.SIZEOF);

  @C("KVM_SET_TSS_ADDR")
  static final long KVM_SET_TSS_ADDR = io(0x47);

  @C("KVM_SET_IDENTITY_MAP_ADDR")
  static final long KVM_SET_IDENTITY_MAP_ADDR = iow(0x48, Long.BYTES);

  @C("KVM_CREATE_IRQCHIP")
  static final long KVM_CREATE_IRQCHIP = io(0x60);

  @C("KVM_IRQ_LINE")
  static final long KVM_IRQ_LINE = iow(0x61, KvmIrqLevel.SIZEOF);

  @C("KVM_CREATE_PIT2")
  static final long KVM_CREATE_PIT2 = iow(0x77, KvmPitConfig.SIZEOF);

  @C("KVM_RUN")
  static final long KVM_RUN = io(0x80);

  @C("KVM_GET_REGS")
  static final long KVM_GET_REGS = ior(0x81, KvmRegs.SIZEOF);

  @C("KVM_SET_REGS")
  static final long KVM_SET_REGS = iow(0x82, KvmRegs.SIZEOF);

  @C("KVM_GET_SREGS")
  static final long KVM_GET_SREGS = ior(0x83, KvmSregs.SIZEOF);

  @C("KVM_SET_SREGS")
  static final long KVM_SET_SREGS = iow(0x84, KvmSregs.SIZEOF);

  @C("KVM_TRANSLATE")
  static final long KVM_TRANSLATE = iowr(0x85, KvmTranslation.SIZEOF);

  @C("KVM_GET_MSRS")
  static final long KVM_GET_MSRS = iowr(0x88, KvmMsrs.SIZEOF);

  @C("KVM_SET_MSRS")
  static final long KVM_SET_MSRS = iow(0x89, KvmMsrs.SIZEOF);

  @C("KVM_GET_FPU")
  static final long KVM_GET_FPU = ior(0x8c, KvmFpu.SIZEOF);

  @C("KVM_SET_FPU")
  static final long KVM_SET_FPU = iow(0x8d, KvmFpu.SIZEOF);

  @C("KVM_SET_CPUID2")
  static final long KVM_SET_CPUID2 = iow(0x90, KvmCpuid2.SIZEOF);

  @C("KVM_GET_MP_STATE")
  static final long KVM_GET_MP_STATE = ior(0x98, KvmMpState.SIZEOF);

  @C("KVM_SET_MP_STATE")
  static final long KVM_SET_MP_STATE = iow(0x99, KvmMpState.SIZEOF);

  private Ioctl() {}

  private static long io(int number) {
    return ((long) KVMIO << 8) | number;
  }

  private static long iow(int number, int sizeBytes) {
    return WRITE | ((long) sizeBytes << 16) | io(number);
  }

  private static long ior(int number, int sizeBytes) {
    return READ | ((long) sizeBytes << 16) | io(number);
  }

  private static long iowr(int number, int sizeBytes) {
    return READ | WRITE | ((long) sizeBytes << 16) | io(number);
  }
}
