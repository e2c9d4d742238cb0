package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.DeviceAttributes;
import org.kvm4j.KvmDevice;
import org.kvm4j.KvmDeviceType;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.KvmCreateDevice;
import org.kvm4j.core.abi.KvmDeviceAttr;
import org.kvm4j.core.sys.Errno;

/** Devices in the kernel and the attributes of all descriptors. */
final class DeviceTest {

  private static final int GROUP = 0x11;
  private static final long ATTRIBUTE = 0x2233_4455_6677_8899L;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;

  @Test
  void aDevice_isCreatedByItsType_andTheVmClosesIt() {
    List<Integer> given = new ArrayList<>();
    kernel.next(
        "KVM_CREATE_DEVICE",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmCreateDevice.SIZEOF);
          given.add(b.getInt(KvmCreateDevice.TYPE));
          given.add(b.getInt(KvmCreateDevice.FLAGS));
          return 0;
        });

    KvmDevice device = machine.vm.createDevice(KvmDeviceType.VFIO);

    assertEquals(KvmDeviceType.VFIO, device.type());
    assertEquals(List.of(4, 0), given);
    machine.vm.close();
    assertEquals(
        "the VFIO device is closed",
        assertThrows(IllegalStateException.class, () -> device.attributes().has(1, 1))
            .getMessage());
  }

  @Test
  void aDevice_isClosedOnce_howeverOftenAndByWhom() {
    KvmDevice device = machine.vm.createDevice(KvmDeviceType.VFIO);

    device.close();
    device.close();
    machine.vm.close();

    // The device, the vCPU, the VM.
    assertEquals(3, Collections.frequency(kernel.calls(), "close"));
  }

  @Test
  void aDeviceOfAClosedVm_isNotCreated() {
    machine.vm.close();

    assertThrows(IllegalStateException.class, () -> machine.vm.createDevice(KvmDeviceType.VFIO));
  }

  @Test
  void hasDevice_createsNothing() {
    kernel
        .next(
            "KVM_CREATE_DEVICE",
            argument -> {
              assertEquals(
                  KvmCreateDevice.KVM_CREATE_DEVICE_TEST,
                  kernel.at(argument, KvmCreateDevice.SIZEOF).getInt(KvmCreateDevice.FLAGS));
              return 0;
            })
        .failsOnce("KVM_CREATE_DEVICE", Errno.ENODEV);

    assertTrue(machine.vm.hasDevice(KvmDeviceType.VFIO));
    assertFalse(machine.vm.hasDevice(KvmDeviceType.VFIO));
  }

  @Test
  void anAttribute_isNamedByGroupAndNumber() {
    kernel
        .next("KVM_HAS_DEVICE_ATTR", this::checkNames)
        .next("KVM_GET_DEVICE_ATTR", this::checkNames)
        .next("KVM_SET_DEVICE_ATTR", this::checkNames);
    DeviceAttributes attributes = machine.vcpu.attributes();

    assertTrue(attributes.has(GROUP, ATTRIBUTE));
    assertEquals(0, attributes.get(GROUP, ATTRIBUTE));
    attributes.set(GROUP, ATTRIBUTE, 1);

    assertTrue(kernel.calls().contains("KVM_SET_DEVICE_ATTR"));
  }

  private int checkNames(long argument) {
    ByteBuffer b = kernel.at(argument, KvmDeviceAttr.SIZEOF);
    assertEquals(0, b.getInt(KvmDeviceAttr.FLAGS));
    assertEquals(GROUP, b.getInt(KvmDeviceAttr.GROUP));
    assertEquals(ATTRIBUTE, b.getLong(KvmDeviceAttr.ATTR));
    return 0;
  }

  @Test
  void anAttributeThatIsNotThere_isFalse() {
    kernel.failsOnce("KVM_HAS_DEVICE_ATTR", Errno.ENXIO);

    assertFalse(machine.hypervisor.attributes().has(0, 1));
  }

  @Test
  void readingAnAttributeThatIsNotThere_saysWhatToDo() {
    kernel.failsOnce("KVM_GET_DEVICE_ATTR", Errno.ENXIO);

    assertEquals(
        "KVM_GET_DEVICE_ATTR on /dev/kvm: ENXIO (6). There is no such attribute: ask has() first.",
        assertThrows(KvmIoctlException.class, () -> machine.hypervisor.attributes().get(0, 1))
            .getMessage());
  }

  @Test
  void aNumber_isReadAndWritten() {
    List<Long> written = new ArrayList<>();
    kernel.next(
        "KVM_GET_DEVICE_ATTR",
        argument -> {
          value(argument, Long.BYTES).putLong(0, 0x1122_3344_5566_7788L);
          return 0;
        });
    kernel.next(
        "KVM_SET_DEVICE_ATTR",
        argument -> {
          written.add(value(argument, Long.BYTES).getLong(0));
          return 0;
        });
    DeviceAttributes attributes = machine.vcpu.attributes();

    assertEquals(0x1122_3344_5566_7788L, attributes.get(0, 0));
    attributes.set(0, 0, -7);

    assertEquals(List.of(-7L), written);
  }

  @Test
  void aNumberOfFourBytes_isNotMixedWithWhatWasThere() {
    kernel.next(
        "KVM_GET_DEVICE_ATTR",
        argument -> {
          value(argument, Integer.BYTES).putInt(0, -1);
          return 0;
        });

    assertEquals(0xffff_ffffL, machine.vcpu.attributes().get(0, 0));
  }

  @Test
  void aBuffer_isFilled_fromItsPositionOn_evenIfTheAttributeIsLonger() {
    kernel.next(
        "KVM_GET_DEVICE_ATTR",
        argument -> {
          ByteBuffer value = value(argument, 4096); // far more than the caller's room
          for (int i = 0; i < 4096; i++) {
            value.put(i, (byte) (i + 1));
          }
          return 0;
        });
    ByteBuffer target = ByteBuffer.wrap(new byte[6]).position(1).limit(4);

    machine.vcpu.attributes().get(0, 0, target);

    assertEquals(4, target.position());
    assertEquals(ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 0, 0}), target.clear());
  }

  @Test
  void aBuffer_isWritten_fromItsPositionOn_withZerosBehindIt() {
    List<Byte> given = new ArrayList<>();
    kernel.next(
        "KVM_SET_DEVICE_ATTR",
        argument -> {
          ByteBuffer value = value(argument, 4);
          for (int i = 0; i < 4; i++) {
            given.add(value.get(i));
          }
          return 0;
        });
    ByteBuffer source = ByteBuffer.wrap(new byte[] {9, 1, 2, 9}).position(1).limit(3);

    machine.vcpu.attributes().set(0, 0, source);

    assertEquals(List.of((byte) 1, (byte) 2, (byte) 0, (byte) 0), given);
    assertEquals(3, source.position());
  }

  @Test
  void aHugeBuffer_isRefused() {
    ByteBuffer huge = ByteBuffer.allocate((1 << 20) + 1);

    assertThrows(
        IllegalArgumentException.class, () -> machine.hypervisor.attributes().get(0, 0, huge));
    assertFalse(kernel.calls().contains("KVM_GET_DEVICE_ATTR"));
  }

  @Test
  void aVcpusAttributes_areForItsThread() throws Exception {
    kernel.exits(ScriptedExit.hlt());
    FutureTask<Object> run = new FutureTask<>(machine.vcpu::run);
    Thread owner = new Thread(run, "vcpu-0");
    owner.start();
    run.get();

    assertThrows(IllegalStateException.class, () -> machine.vcpu.attributes().has(0, 0));
    assertThrows(IllegalStateException.class, () -> machine.vcpu.attributes().get(0, 0));
    assertThrows(IllegalStateException.class, () -> machine.vcpu.statistics());
  }

  private ByteBuffer value(long argument, int sizeBytes) {
    long address = kernel.at(argument, KvmDeviceAttr.SIZEOF).getLong(KvmDeviceAttr.ADDR);
    return kernel.at(address, sizeBytes);
  }
}
