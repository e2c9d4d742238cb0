package org.kvm4j.launcher;

/** What the launcher itself says: on standard error, because standard output is the guest's. */
final class Console {

  private static final String NAME = "kvm4j: ";

  private Console() {}

  static void error(String message) {
    System.err.println(NAME + message);
  }

  static void say(String message) {
    System.err.println(NAME + message);
  }

  /** The same on a raw terminal, where a line feed alone does not go back to the margin. */
  static void sayRaw(String message) {
    System.err.print("\r\n" + (NAME + message).replace("\n", "\r\n") + "\r\n");
    System.err.flush();
  }
}
