package org.kvm4j.launcher;

/** What the launcher itself says: on standard error, because standard output is the guest's. */
final class Console {

  private static final String NAME = "kvm4j: ";

  private Console() {}

  static void error(String message) {
    say(message);
  }

  static void say(String message) {
    System.err.println(NAME + printable(message));
  }

  /** The same on a raw terminal, where a line feed alone does not go back to the margin. */
  static void sayRaw(String message) {
    System.err.print("\r\n" + (NAME + printable(message)).replace("\n", "\r\n") + "\r\n");
    System.err.flush();
  }

  /** A message may quote a file's name or a plug-in, which are not to control the terminal. */
  private static String printable(String message) {
    return message.replaceAll("[\\p{Cc}\\p{Cf}&&[^\n\t]]", "?");
  }
}
