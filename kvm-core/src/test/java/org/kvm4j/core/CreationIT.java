package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.VmType;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.testkit.RequiresKvm;

/** {@code /dev/kvm} gives VMs, VMs give vCPUs; each is a file descriptor with rules of its own. */
@RequiresKvm
final class CreationIT {

  private static final NativeLibc LIBC = NativeLibc.INSTANCE;
  private static final int PROT_READ = 1;
  private static final int MAP_SHARED = 1;
  private static final ByteBuffer MP_STATE =
      ByteBuffer.allocateDirect(Ioctl.KVM_GET_MP_STATE.sizeBytes());

  @Test
  void devKvm_isACharacterDevice_10_232() throws IOException {
    assumeTrue(Files.exists(Kvm.DEVICE), "KVM is not at its usual place");
    long device = (Long) Files.getAttribute(Kvm.DEVICE, "unix:rdev");

    assertTrue(Files.readAttributes(Kvm.DEVICE, "isOther").containsValue(true));
    assertEquals(10, device >>> 8 & 0xfff, "major: miscellaneous devices");
    assertEquals(232, (device & 0xff) | (device >>> 12 & 0xfff00), "minor: KVM_MINOR");
  }

  @Test
  void seekingInDevKvm_isTaken_andMeansNothing() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(Kvm.DEVICE.toFile(), "r")) {
      file.seek(5);

      assertEquals(0, file.getFilePointer());
    }
  }

  @Test
  @Exercises(
      value = {Ioctl.KVM_GET_API_VERSION, Ioctl.KVM_GET_VCPU_MMAP_SIZE, Ioctl.KVM_CREATE_VM},
      on = FdKind.SYSTEM)
  @Exercises(value = Ioctl.KVM_CREATE_VCPU, on = FdKind.VM)
  void eachDescriptor_hasTheKernelsName_andIsClosedOnExec() throws IOException {
    assertEquals(List.of(), OpenFile.ofKvm());
    try (Hypervisor hypervisor = ObservedKvm.open();
        Vm vm = hypervisor.createVm()) {
      vm.createVcpu(3, noBuses());

      List<OpenFile> files = OpenFile.ofKvm();

      assertEquals(
          List.of("/dev/kvm", "anon_inode:kvm-vcpu:3", "anon_inode:kvm-vm"),
          files.stream().map(OpenFile::name).sorted().toList());
      for (OpenFile file : files) {
        assertTrue(file.has(OpenFile.O_CLOEXEC), () -> file + " would stay open in a child");
        assertEquals(OpenFile.O_RDWR, file.flags() & OpenFile.O_ACCMODE, file::toString);
      }
    }
    assertEquals(List.of(), OpenFile.ofKvm());
  }

  @Test
  void anEventfd_isClosedOnExec() throws IOException {
    int number = LIBC.eventfd(0);
    try {
      OpenFile eventfd =
          OpenFile.named("anon_inode:[eventfd]").stream()
              .filter(file -> file.number() == number)
              .findFirst()
              .orElseThrow();

      assertTrue(eventfd.has(OpenFile.O_CLOEXEC), eventfd::toString);
    } finally {
      LIBC.close(number);
    }
  }

  @Test
  @Exercises(value = Ioctl.KVM_CREATE_VM, on = FdKind.SYSTEM)
  @Exercises(value = Ioctl.KVM_CREATE_VCPU, on = FdKind.VM)
  void aNewVm_hasNoVcpu_butGetsEachIdOnce() {
    try (Hypervisor hypervisor = ObservedKvm.open();
        Vm vm = hypervisor.createVm()) {
      vm.createVcpu(0, noBuses());

      KvmIoctlException second =
          assertThrows(KvmIoctlException.class, () -> vm.createVcpu(0, noBuses()));

      assertEquals(
          "KVM_CREATE_VCPU on the VM: EEXIST (17). It exists already: use another id or address.",
          second.getMessage());
      assertEquals(1, vm.createVcpu(1, noBuses()).id());
    }
  }

  @Test
  @Exercises(value = Ioctl.KVM_CREATE_VM, on = FdKind.SYSTEM)
  void aNewVm_hasNoMemory_soThatNothingCanRun() {
    try (Hypervisor hypervisor = ObservedKvm.open();
        Vm vm = hypervisor.createVm()) {
      assertEquals(0, vm.memory().sizeBytes());
      Vcpu vcpu = atAddress(0x1000, vm.createVcpu(0, noBuses()), vm);

      // An instruction cannot be fetched from where there is no memory. How that ends differs: an
      // ordinary KVM exits with an internal error, a software KVM refuses KVM_RUN with ENOSPC.
      assertNotEquals(new VcpuExit.Halt(), outcome(vcpu));

      vm.addMemory(0, 0x2000);
      vm.memory().write(0x1000, new byte[] {(byte) 0xf4}); // hlt
      assertEquals(
          new VcpuExit.Halt(), outcome(atAddress(0x1000, vm.createVcpu(1, noBuses()), vm)));
    }
  }

  @Test
  @Exercises(value = Ioctl.KVM_CHECK_EXTENSION, on = FdKind.VM)
  void aVcpuIdThatIsTooLarge_isRefused_andTheErrorNamesTheLimit() {
    try (Hypervisor hypervisor = ObservedKvm.open();
        Vm vm = hypervisor.createVm()) {
      int limit = vm.checkExtension(KvmCapability.MAX_VCPU_ID.number());
      assertTrue(limit > 0, "KVM tells no limit");

      KvmIoctlException refused =
          assertThrows(KvmIoctlException.class, () -> vm.createVcpu(limit, noBuses()));

      assertEquals(Errno.EINVAL, refused.errno());
      assertTrue(refused.getMessage().contains("MAX_VCPU_ID"), refused.getMessage());
    }
  }

  @Test
  @Exercises(
      value = {Ioctl.KVM_SET_TSS_ADDR, Ioctl.KVM_SET_IDENTITY_MAP_ADDR},
      on = FdKind.VM)
  void thePagesForIntel_areTakenBeforeTheFirstVcpu() {
    try (Hypervisor hypervisor = ObservedKvm.open();
        Vm vm = hypervisor.createVm()) {
      vm.setIdentityMapAddress(0xfffb_c000L);
      vm.setTssAddress(0xfffb_d000L);

      assertEquals(0, vm.createVcpu(0, noBuses()).id());
    }
  }

  @Test
  @Exercises(value = Ioctl.KVM_CREATE_VM, on = FdKind.SYSTEM)
  void aVmOfType0_isAlwaysOffered_andAnyOtherOnlyWhereKvmSaysSo() throws IOException {
    try (Hypervisor hypervisor = ObservedKvm.open()) {
      assertTrue(hypervisor.vmTypes().contains(VmType.DEFAULT));
      for (VmType type : VmType.values()) {
        if (!hypervisor.vmTypes().contains(type)) {
          String message =
              assertThrows(KvmException.class, () -> hypervisor.createVm(type)).getMessage();
          assertTrue(message.contains("this KVM offers only DEFAULT"), message);
        }
      }
      hypervisor.createVm(VmType.DEFAULT).close();
      // KVM itself: machine types are 0 and a few more.
      int system = OpenFile.named("/dev/kvm").get(0).number();
      assertEquals(-Errno.EINVAL, LIBC.ioctl(system, Ioctl.KVM_CREATE_VM.request(), 0x7f));
    }
  }

  @Test
  void callsWithoutAnArgument_refuseOne() {
    int system = LIBC.open(Kvm.DEVICE.toString(), OpenFile.O_RDWR);
    try {
      assertEquals(-Errno.EINVAL, LIBC.ioctl(system, Ioctl.KVM_GET_API_VERSION.request(), 1));
      assertEquals(-Errno.EINVAL, LIBC.ioctl(system, Ioctl.KVM_GET_VCPU_MMAP_SIZE.request(), 1));
    } finally {
      LIBC.close(system);
    }
  }

  @Test
  void aVmsDescriptor_cannotBeMapped_butAVcpusCan() throws IOException {
    try (Hypervisor hypervisor = ObservedKvm.open();
        Vm vm = hypervisor.createVm()) {
      vm.addMemory(0, 0x1000);
      vm.createVcpu(0, noBuses());

      assertEquals(-Errno.ENODEV, map(OpenFile.named("anon_inode:kvm-vm").get(0).number()));
      long mapped = map(OpenFile.named("anon_inode:kvm-vcpu:0").get(0).number());
      assertTrue(mapped > 0);
      assertEquals(0, LIBC.munmap(mapped, 4096));
    }
  }

  @Test
  void aVm_livesWhileAVcpuIsOpen_andIsReleasedWithTheLastDescriptor() throws IOException {
    int system = LIBC.open(Kvm.DEVICE.toString(), OpenFile.O_RDWR);
    int vm = LIBC.ioctl(system, Ioctl.KVM_CREATE_VM.request(), 0);
    LIBC.close(system); // a VM outlives /dev/kvm
    int vcpu = LIBC.ioctl(vm, Ioctl.KVM_CREATE_VCPU.request(), 0);
    LIBC.close(vm); // and a vCPU its VM's descriptor

    assertEquals(0, LIBC.ioctl(vcpu, Ioctl.KVM_GET_MP_STATE.request(), mpState()));
    assertEquals(List.of("anon_inode:kvm-vcpu:0"), names(OpenFile.ofKvm()));

    LIBC.close(vcpu);
    assertEquals(List.of(), OpenFile.ofKvm());
    assertEquals(
        -Errno.EBADF, LIBC.ioctl(vcpu, Ioctl.KVM_GET_MP_STATE.request(), mpState()), "released");
  }

  @Test
  void closingTheVm_releasesItsVcpus_andClosingTheHypervisorDoesNot() throws IOException {
    Hypervisor hypervisor = ObservedKvm.open();
    Vm vm = hypervisor.createVm();
    hypervisor.close();
    vm.createVcpu(0, noBuses());
    vm.createVcpu(1, noBuses());

    vm.close();

    assertEquals(List.of(), OpenFile.ofKvm());
  }

  @Test
  void severalVms_liveInOneProcess_eachWithItsOwnMemory() {
    try (Guest one = Guest.bare();
        Guest two = Guest.bare()) {
      one.vm.memory().writeLong(Guest.DATA, 1);
      two.vm.memory().writeLong(Guest.DATA, 2);
      String readAndHalt =
          """
          a1 00 05 ; mov 0x500,%ax
          f4       ; hlt
          """;
      GuestCpu first = one.boot(Mode.REAL, readAndHalt);
      GuestCpu second = two.boot(Mode.REAL, readAndHalt);

      assertEquals(new VcpuExit.Halt(), first.run());
      assertEquals(new VcpuExit.Halt(), second.run());
      assertEquals(1, first.registers().rax() & 0xffff);
      assertEquals(2, second.registers().rax() & 0xffff);
    }
  }

  @Test
  void aVcpu_belongsToOneThread_andAnotherIsToldWhose() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");
      assertEquals(new VcpuExit.Halt(), cpu.run());

      String message = assertThrows(IllegalStateException.class, cpu.vcpu::registers).getMessage();

      assertEquals(
          "vCPU 0 belongs to thread vcpu-0, which ran it first; thread %s may only kick or close it"
              .formatted(Thread.currentThread().getName()),
          message);
    }
  }

  /** The exit, or the failure. */
  private static Object outcome(Vcpu vcpu) {
    try {
      return vcpu.run();
    } catch (KvmIoctlException refused) {
      return refused;
    }
  }

  private static Vcpu atAddress(long rip, Vcpu vcpu, Vm vm) {
    vcpu.setSpecialRegisters(Mode.REAL.from(vcpu.specialRegisters(), vm.memory()));
    vcpu.setRegisters(vcpu.registers().toBuilder().rip(rip).build());
    return vcpu;
  }

  private static Buses noBuses() {
    return new Buses(new PioSpace(), new MmioSpace());
  }

  private static List<String> names(List<OpenFile> files) {
    return files.stream().map(OpenFile::name).toList();
  }

  private static long map(int fd) {
    return LIBC.mmap(4096, PROT_READ, MAP_SHARED, fd, 0);
  }

  /** The address of a struct kvm_mp_state that stays. */
  private static long mpState() {
    return LIBC.addressOf(MP_STATE);
  }
}
