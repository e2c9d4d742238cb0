package org.kvm4j.launcher;

/** What the launcher itself says: on standard error, because standard output is the guest's. */
final class Console {

  private static final String NAME = "kvm4j: ";

  private Console() {}

  static void error(String message) {
    say(message);
  }

  static void say(String message) {
    System.err.println(NAME + harmless(message));
  }

  /** The same on a raw terminal, where a line feed alone does not go back to the margin. */
  static void sayRaw(String message) {
    System.err.print("\r\n" + (NAME + harmless(message)).replace("\n", "\r\n") + "\r\n");
    System.err.flush();
  }

  /** Without what a terminal would obey: a message may quote a plug-in, or a file's name. */
  private static String harmless(String message) {
    return message.replaceAll("[\\p{Cntrl}&&[^\n\t]]", "?");
  }
}
