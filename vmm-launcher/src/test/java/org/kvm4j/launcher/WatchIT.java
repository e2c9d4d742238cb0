package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.testkit.RequiresKvm;

/** {@code kvm4j run --watch}: a jar is replaced under a running guest. */
@RequiresKvm
@Timeout(120)
final class WatchIT {

  private static final int POWER_OFF = 0;

  /** Says "hi", then polls port 0x510 until that reads as 2, and switches the machine off. */
  private static final String GUEST =
      "66baf803" //    mov dx, 0x3f8
          + "b068ee" //   mov al, 'h'; out dx, al
          + "b069ee" //   mov al, 'i'; out dx, al
          + "66ba1005" // mov dx, 0x510
          + "ec" //       in al, dx
          + "3c02" //     cmp al, 2
          + "75f7" //     jne the third mov
          + "66ba0406" // mov dx, 0x604
          + "66b80034" // mov ax, SLP_EN and the type of S5
          + "66ef" //     out dx, ax
          + "ebfe"; //    jmp to itself

  @TempDir Path directory;

  @Test
  void aDeviceWhoseJarChanges_isReplaced_withItsState() throws Exception {
    Path kernel = TinyKernel.in(directory, HexFormat.of().parseHex(GUEST));
    Path plugins = Files.createDirectory(directory.resolve("plugins"));
    Path jar = plugins.resolve("polled.jar");
    PolledPort.pack(PolledPort.First.class, "1", jar);
    Path console = directory.resolve("console");

    CompletableFuture<Terminal> running =
        CompletableFuture.supplyAsync(
            () ->
                Terminal.run(
                    "run",
                    "--kernel=" + kernel,
                    "--memory=16M",
                    "--plugins=" + plugins,
                    "--watch",
                    "--device=serial,backend=file:" + console,
                    "--device=" + PolledPort.TYPE));
    awaitText(console, "hi", running);
    Path built = directory.resolve("built.jar");
    PolledPort.pack(PolledPort.Second.class, "2", built);
    Files.move(built, jar, StandardCopyOption.REPLACE_EXISTING);

    Terminal seen = running.get();
    assertEquals(POWER_OFF, seen.exitCode(), seen::err);
    assertTrue(
        seen.err().contains("Device polled is now that of polled.jar 2, with its state."),
        seen::err);
  }

  private static void awaitText(Path file, String text, CompletableFuture<Terminal> running)
      throws IOException {
    while (!Files.exists(file) || !Files.readString(file).contains(text)) {
      if (running.isDone()) {
        throw new AssertionError(running.join().err());
      }
      Thread.onSpinWait();
    }
  }
}
