package org.kvm4j.devices.serial;

import java.lang.System.Logger.Level;

/** Says once, and not per character, that the guest outran the host. */
final class LostOutputWarning implements Runnable {

  private final System.Logger log;
  private final String id;
  private boolean given;

  LostOutputWarning(System.Logger log, String id) {
    this.log = log;
    this.id = id;
  }

  @Override
  public void run() {
    if (!given) {
      given = true;
      log.log(
          Level.WARNING,
          "Output of {0} was lost: the guest went on writing while nobody read. "
              + "Read its back-end faster.",
          id);
    }
  }
}
