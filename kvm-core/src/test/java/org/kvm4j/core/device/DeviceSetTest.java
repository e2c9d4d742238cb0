package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceException;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.StateWriter;

/** From providers to devices on the buses. */
final class DeviceSetTest {

  private final TestPlatform platform = new TestPlatform();
  private final DeviceSet devices = platform.devices;

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void ranges_areOnTheBusesAfterConnect_notBefore() {
    platform.add(TestProvider.withPorts("serial", 0x3f8, 8, 0x5a));
    assertEquals(0xff, platform.pio.read(0x3f8, 1));

    devices.connect();

    assertEquals(0x5a, platform.pio.read(0x3f8, 1));
  }

  @Test
  void devicesOfOneType_getNumbersFromTheSecondOn() {
    assertEquals("serial", platform.add(TestProvider.withPorts("serial", 0x3f8, 8, 0)));
    assertEquals("serial-2", platform.add(TestProvider.withPorts("serial", 0x2f8, 8, 0)));
    assertEquals("pit", platform.add(TestProvider.withPorts("pit", 0x40, 4, 0)));
    assertEquals("serial-3", platform.add(TestProvider.withPorts("serial", 0x3e8, 8, 0)));

    assertEquals(List.of("serial", "serial-2", "pit", "serial-3"), devices.ids());
  }

  @Test
  void aDeviceSeesItsIdAndItsOptions() {
    DeviceOption<Integer> irq = DeviceOption.number("irq", 0, 23, 4, "interrupt");
    List<String> seen = new ArrayList<>();
    TestProvider provider =
        new TestProvider(
            "serial",
            DeviceProvider.API_VERSION,
            List.of(irq),
            context -> {
              seen.add(context.id() + " " + context.options().value(irq));
              return new TestProvider.Quiet();
            });

    devices.add(provider, Map.of());
    devices.add(provider, Map.of("irq", "3"));

    assertEquals(List.of("serial 4", "serial-2 3"), seen);
  }

  @Test
  void aWrongOption_namesTheDevice() {
    String message =
        assertThrows(
                DeviceConfigurationException.class,
                () -> devices.add(TestProvider.withPorts("rtc", 0x70, 2, 0), Map.of("irq", "3")))
            .getMessage();

    assertEquals("Device rtc has no options, so remove 'irq'.", message);
  }

  @Test
  void allConflicts_areReportedAtOnce_withBothNames() {
    platform.add(TestProvider.withPorts("serial", 0x3f8, 8, 1));
    platform.add(TestProvider.withPorts("pit", 0x40, 4, 2));
    platform.add(TestProvider.withPorts("wide", 0x43, 0x3b6, 3));
    platform.add(TestProvider.withPorts("serial", 0x3ff, 8, 4));
    platform.add(TestProvider.of("one", c -> c.mmio().register(0x1000, 0x10, handler())));
    platform.add(TestProvider.of("two", c -> c.mmio().register(0x100f, 0x10, handler())));

    String message = assertThrows(DeviceConflictException.class, devices::connect).getMessage();

    assertEquals(
        List.of(
            "device wide wants ports 0x43-0x3f8, but device pit has ports 0x40-0x43."
                + " Give one of them another base.",
            "device wide wants ports 0x43-0x3f8, but device serial has ports 0x3f8-0x3ff."
                + " Give one of them another base.",
            "device serial-2 wants ports 0x3ff-0x406, but device serial has ports 0x3f8-0x3ff."
                + " Give one of them another base.",
            "device two wants addresses 0x100f-0x101e, but device one has addresses 0x1000-0x100f."
                + " Give one of them another base."),
        message.lines().toList());
  }

  @Test
  void aRangeThatNoBusHas_isReportedLikeAConflict() {
    platform.add(TestProvider.withPorts("serial", 0xfffe, 8, 1));

    assertEquals(
        "device serial: ports from 0xfffe, 8 of them: the range is empty or leaves the address"
            + " space",
        assertThrows(DeviceConflictException.class, devices::connect).getMessage());
  }

  @Test
  void aDeviceThatConflictsWithItself_isReported() {
    platform.add(
        TestProvider.of(
            "twice",
            context -> {
              context.pio().register(0x60, 1, TestProvider.answering(1));
              context.pio().register(0x60, 1, TestProvider.answering(2));
            }));

    assertTrue(
        assertThrows(DeviceConflictException.class, devices::connect)
            .getMessage()
            .startsWith("device twice wants ports 0x60-0x60, but device twice has"));
  }

  @Test
  void aProviderThatFails_isADeviceException_withTheDevicesName() {
    IllegalStateException bug = new IllegalStateException("index 8");

    DeviceException failure =
        assertThrows(
            DeviceException.class,
            () ->
                platform.add(
                    TestProvider.making(
                        "serial",
                        context -> {
                          throw bug;
                        })));

    assertEquals(
        "Device serial cannot be created: java.lang.IllegalStateException: index 8."
            + " This is a bug in the device; report it to its author.",
        failure.getMessage());
    assertEquals(bug, failure.getCause());
  }

  @Test
  void aProviderThatRefusesItsOptions_isHeardAsItIs() {
    DeviceConfigurationException refusal = new DeviceConfigurationException("Use an even base.");

    assertEquals(
        refusal,
        assertThrows(
            DeviceConfigurationException.class,
            () ->
                platform.add(
                    TestProvider.making(
                        "serial",
                        context -> {
                          throw refusal;
                        }))));
  }

  @Test
  void aProviderThatReturnsNull_isADeviceException() {
    DeviceException failure =
        assertThrows(
            DeviceException.class, () -> platform.add(TestProvider.making("nothing", c -> null)));

    assertTrue(failure.getMessage().contains("its provider returned null"), failure.getMessage());
  }

  @Test
  void whatADeviceOpenedBeforeItsCreationFailed_isClosedWithTheSet() {
    assertThrows(
        DeviceException.class,
        () ->
            platform.add(
                TestProvider.of(
                    "serial",
                    context -> {
                      context.stream("memory");
                      context.interruptLine(4).set(true);
                      context.stream("broken");
                    })));

    devices.close();

    assertEquals(List.of("serial memory"), platform.closedStreams);
    assertEquals(List.of("4 high", "4 low"), platform.lines);
    assertEquals(List.of(), platform.faults, "a device that never was is not closed");
  }

  @Test
  void reset_reachesEveryDevice_inOrder() {
    List<String> resets = new ArrayList<>();
    platform.add(recording("serial", resets));
    platform.add(recording("pit", resets));

    devices.reset();

    assertEquals(List.of("reset serial", "reset pit"), resets);
  }

  @Test
  void aResetThatFails_isAFault_andTheOthersAreReset() {
    List<String> resets = new ArrayList<>();
    platform.add(
        TestProvider.making(
            "broken",
            context ->
                new TestProvider.Quiet() {
                  @Override
                  public void reset() {
                    throw new IllegalStateException("stuck");
                  }
                }));
    platform.add(recording("pit", resets));

    devices.reset();

    assertEquals(List.of("reset pit"), resets);
    assertEquals(
        "Device broken failed in reset: java.lang.IllegalStateException: stuck."
            + " This is a bug in the device; report it to its author.",
        platform.faults.get(0).getMessage());
  }

  @Test
  void close_isInReverseOrder_andOnce() {
    List<String> closes = new ArrayList<>();
    platform.add(recording("serial", closes));
    platform.add(recording("pit", closes));

    devices.close();
    devices.close();

    assertEquals(List.of("close pit", "close serial"), closes);
  }

  @Test
  void aCloseThatFails_isAFault_andTheOthersAreClosed() {
    List<String> closes = new ArrayList<>();
    platform.add(recording("serial", closes));
    platform.add(
        TestProvider.making(
            "broken",
            context -> {
              context.stream("fails to close");
              context.stream("memory");
              return new TestProvider.Quiet() {
                @Override
                public void close() {
                  throw new AssertionError("stuck");
                }
              };
            }));

    devices.close();

    assertEquals(List.of("close serial"), closes);
    assertEquals(2, platform.faults.size());
    assertInstanceOf(AssertionError.class, platform.faults.get(0).getCause());
    assertEquals(List.of("broken fails to close", "broken memory"), platform.closedStreams);
  }

  private static TestProvider recording(String type, List<String> calls) {
    return TestProvider.making(
        type,
        context ->
            new TestProvider.Quiet() {
              @Override
              public void reset() {
                calls.add("reset " + type);
              }

              @Override
              public void close() {
                calls.add("close " + type);
              }
            });
  }

  private static MmioHandler handler() {
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        return offset;
      }

      @Override
      public void write(long offset, int size, long value) {}
    };
  }

  private String added(Consumer<StateWriter> saving) {
    String id =
        platform.add(
            TestProvider.making(
                "probe",
                context -> {
                  context.pio().register(0x200, 1, TestProvider.reading(DeviceSetTest::fail));
                  return new TestProvider.Quiet() {
                    @Override
                    public void save(StateWriter out) {
                      saving.accept(out);
                    }
                  };
                }));
    devices.connect();
    return id;
  }

  private static int fail() {
    throw new IllegalStateException("a bug");
  }

  @Test
  void save_givesWhatTheDeviceSaves() {
    String id = added(out -> out.put("codes", new byte[] {1, 2}));

    assertArrayEquals(new byte[] {1, 2}, devices.save(id).bytes("codes", 2));
  }

  @Test
  void deviceThatFailsAtItsSave_isSaid() {
    String id = added(out -> fail());

    assertEquals(
        "Device probe is not saved: java.lang.IllegalStateException: a bug",
        assertThrows(DeviceException.class, () -> devices.save(id)).getMessage());
  }

  @Test
  void deviceThatHasFailed_isNotAskedForItsState() {
    String id = added(out -> out.put("codes", 1));
    var unused = platform.pio.read(0x200, 1);

    assertEquals(
        "Device probe has failed: its state is lost.",
        assertThrows(DeviceException.class, () -> devices.save(id)).getMessage());
  }
}
