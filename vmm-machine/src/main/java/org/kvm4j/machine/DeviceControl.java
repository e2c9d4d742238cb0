package org.kvm4j.machine;

import java.util.function.BiConsumer;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;

/**
 * What a machine does for its devices' requests. Threading: any thread.
 *
 * @param onRequest what becomes of an event
 * @param end where an exit is reported
 */
record DeviceControl(BiConsumer<VmEvent, String> onRequest, EndLatch end) implements VmControl {

  @Override
  public void request(VmEvent event, String cause) {
    onRequest.accept(event, cause);
  }

  @Override
  public void exit(int status, String cause) {
    end.report(MachineEnd.debugExit(status, cause));
  }
}
