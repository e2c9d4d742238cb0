package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;

/** A VM control that remembers what was asked for. Threading: any thread. */
public final class RecordingControl implements VmControl {

  private final List<Request> requests = new ArrayList<>(); // guarded by this
  private final List<Exit> exits = new ArrayList<>(); // guarded by this

  /** Without requests. */
  public RecordingControl() {}

  @Override
  public synchronized void request(VmEvent event, String cause) {
    requests.add(new Request(event, cause));
  }

  @Override
  public synchronized void exit(int status, String cause) {
    exits.add(new Exit(status, cause));
  }

  /** All requests in order; of a real VM only the first counts. */
  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  /** All exits that were asked for, in order; of a real VM only the first end counts. */
  public synchronized List<Exit> exits() {
    return List.copyOf(exits);
  }

  /**
   * One exit that was asked for.
   *
   * @param status 0 to 255
   * @param cause the access that meant it
   */
  public record Exit(int status, String cause) {

    /** With a status that a process can have. */
    public Exit {
      Objects.requireNonNull(cause, "cause");
      if (status < 0 || status > 0xff) {
        throw new IllegalArgumentException("exit status " + status + ": use 0 to 255");
      }
    }
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
