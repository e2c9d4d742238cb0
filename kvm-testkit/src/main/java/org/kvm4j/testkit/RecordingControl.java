package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;

/** A VM control that remembers what was asked for. Threading: any thread. */
public final class RecordingControl implements VmControl {

  private final List<Request> requests = new ArrayList<>(); // guarded by this

  /** Without requests. */
  public RecordingControl() {}

  @Override
  public synchronized void request(VmEvent event, String cause) {
    requests.add(new Request(event, cause));
  }

  /** All requests in order; of a real VM only the first counts. */
  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  /**
   * One request.
   *
   * @param event what the guest did
   * @param cause the access that meant it
   */
  public record Request(VmEvent event, String cause) {

    /** Neither is null. */
    public Request {
      Objects.requireNonNull(event, "event");
      Objects.requireNonNull(cause, "cause");
    }
  }
}
