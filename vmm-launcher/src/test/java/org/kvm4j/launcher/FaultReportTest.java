package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceFaultException;

final class FaultReportTest {

  private static StackTraceElement frame(String className, String method, int line) {
    return new StackTraceElement(className, method, "File.java", line);
  }

  @Test
  void report_hasTheMessage_andTheFramesOfTheDeviceAlone() {
    IllegalStateException bug = new IllegalStateException("bug");
    bug.setStackTrace(
        new StackTraceElement[] {
          frame("org.kvm4j.core.device.VmTime", "arm", 1),
          frame("com.example.Dice", "read", 42),
          frame("org.kvm4j.core.bus.Target$2", "read", 2),
          frame("org.kvm4j.core.device.DeviceGuard", "read", 3),
          frame("org.kvm4j.core.kvm.RunArea", "servePio", 4)
        });

    assertEquals(
        """
        Device dice failed.
            at org.kvm4j.core.device.VmTime.arm(File.java:1)
            at com.example.Dice.read(File.java:42)""",
        FaultReport.of(new DeviceFaultException("Device dice failed.", bug)));
  }

  @Test
  void aFaultWithoutAStack_isItsMessage() {
    assertEquals(
        "Device dice took too long.",
        FaultReport.of(new DeviceFaultException("Device dice took too long.")));
  }
}
