package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.device.DeviceConfigurationException;

@Timeout(60)
final class PluginWatchTest {

  @TempDir Path plugins;
  private final BlockingQueue<Path> changed = new LinkedBlockingQueue<>();

  @Test
  void aJarThatIsWritten_isToldOnce_whenItIsComplete() throws Exception {
    try (PluginWatch watch = new PluginWatch(List.of(plugins), changed::add)) {
      Path jar = plugins.resolve("a.jar");
      for (int i = 0; i < 5; i++) {
        Files.writeString(jar, "piece " + i);
      }
      assertEquals(jar, changed.take());

      Files.writeString(plugins.resolve("b.jar"), "another");
      assertEquals(plugins.resolve("b.jar"), changed.take(), "and the first not again");
    }
  }

  @Test
  void aJarMovedIntoPlace_isTold() throws Exception {
    Path made = Files.writeString(Files.createTempFile("made", ".jar"), "a jar");
    try (PluginWatch watch = new PluginWatch(List.of(plugins), changed::add)) {
      Files.move(made, plugins.resolve("a.jar"));

      assertEquals(plugins.resolve("a.jar"), changed.take());
    }
  }

  @Test
  void aJarInAFolder_isTheFoldersChange() throws Exception {
    Path folder = Files.createDirectory(plugins.resolve("dice"));
    try (PluginWatch watch = new PluginWatch(List.of(plugins), changed::add)) {
      Files.writeString(folder.resolve("library.jar"), "a library");

      assertEquals(folder, changed.take());
    }
  }

  @Test
  void otherFiles_areLeftAlone() throws Exception {
    try (PluginWatch watch = new PluginWatch(List.of(plugins), changed::add)) {
      Files.writeString(plugins.resolve("notes.txt"), "not a plug-in");
      Files.writeString(plugins.resolve("a.jar"), "one");

      assertEquals(plugins.resolve("a.jar"), changed.take());
    }
  }

  @Test
  void aDirectoryThatDoesNotExist_isRefused() {
    assertThrows(
        DeviceConfigurationException.class,
        () -> new PluginWatch(List.of(plugins.resolve("none")), changed::add));
  }

  @Test
  void afterClose_nothingIsTold() throws IOException {
    PluginWatch watch = new PluginWatch(List.of(plugins), changed::add);

    watch.close();
    watch.close();
    Files.writeString(plugins.resolve("a.jar"), "too late");

    assertEquals(List.of(), List.copyOf(changed));
  }
}
