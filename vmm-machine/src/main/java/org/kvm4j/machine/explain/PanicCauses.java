package org.kvm4j.machine.explain;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kvm4j.core.device.OneLine;

/** What a Linux kernel says when it gives up. Its words are the guest's: not to be trusted. */
final class PanicCauses {

  private static final int MOST_CHARACTERS = 160;

  private static final Pattern PANIC = Pattern.compile("Kernel panic - not syncing: ([^\\r\\n]+)");

  /** Each with its sentences, the surest first. */
  static final List<Cause> ALL =
      List.of(
          says(
              "Initramfs unpacking failed",
              "The kernel cannot unpack the initial RAM disk: it is damaged, larger than --memory"
                  + " allows, or compressed in a way that the kernel was not built for"
                  + " (CONFIG_RD_*)."),
          says(
              "Unable to mount root fs",
              "The kernel has found no root file system. This machine has no disks: give it an"
                  + " initial RAM disk, --initrd FILE, with an executable /init (or name it:"
                  + " rdinit=/path), and a kernel with CONFIG_BLK_DEV_INITRD."),
          PanicCauses::noInit,
          says(
              "Attempted to kill init!",
              "The guest's first program has ended, and Linux cannot go on without. A script that"
                  + " is done must switch the machine off itself: poweroff -f."),
          says(
              "System is deadlocked on memory",
              "The guest has too little memory: give it more, --memory."),
          PanicCauses::panic);

  private PanicCauses() {}

  private static Optional<String> noInit(Explanation e) {
    return Cause.when(
        e.lastOutput().contains("No working init found")
            || e.lastOutput().contains("not syncing: Requested init "),
        "The kernel has found no program to start. It must be executable, for this processor, and"
            + " have its interpreter and libraries in the initial RAM disk, too: a static busybox"
            + " needs none.");
  }

  /** Whatever it says: it may have scrolled away. Its last line says so again, in brackets. */
  private static Optional<String> panic(Explanation e) {
    Matcher panic = PANIC.matcher(e.lastOutput());
    if (!panic.find()) {
      return Optional.empty();
    }
    String why = panic.group(1).replace(" ]---", "");
    return Optional.of(
        "The guest's kernel has panicked: "
            + OneLine.of(why.substring(0, Math.min(why.length(), MOST_CHARACTERS))).strip());
  }

  private static Cause says(String words, String hint) {
    return e -> Cause.when(e.lastOutput().contains(words), hint);
  }
}
