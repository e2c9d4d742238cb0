package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.device.DeviceConfigurationException;

/** A plug-in whose jar is replaced while its device is in use. */
@Timeout(60)
final class PluginReloadTest {

  @TempDir Path directory;
  private Path plugins;
  private Path file;
  private int workspaces;

  @BeforeEach
  void aPluginInItsFolder() throws IOException {
    plugins = Files.createDirectory(directory.resolve("plugins"));
    file = jar().portDevice("Dice", "dice", 0x510, 3).version("1").build(plugins.resolve("d.jar"));
  }

  private PluginJar jar() throws IOException {
    return new PluginJar(Files.createDirectory(directory.resolve("work" + workspaces++)));
  }

  @Test
  void theNewCode_answersInPlaceOfTheOld() throws IOException {
    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins));
        TestPlatform platform = new TestPlatform()) {
      platform.devices.addAll(List.of(new DeviceSpec(catalog.find("dice"), Map.of())));
      platform.devices.connect();
      assertEquals(3, platform.pio.read(0x510, 1));

      jar().portDevice("Dice", "dice", 0x510, 6).version("2").build(file);
      assertEquals(3, platform.pio.read(0x510, 1), "a copy of the old jar is in use");
      List<DeviceType> types = catalog.reload(file);
      platform.devices.replace("dice", types.get(0));
      catalog.closeEarlier();

      assertEquals(6, platform.pio.read(0x510, 1));
      assertEquals("2", catalog.find("dice").origin().version());
    }
  }

  @Test
  void aJarThatIsBrokenNow_isRefused_andTheOldOneStays() throws IOException {
    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      Files.writeString(file, "half a ja");

      String message =
          assertThrows(DeviceConfigurationException.class, () -> catalog.reload(file)).getMessage();

      assertTrue(message.startsWith("d.jar cannot be loaded: "), message);
      assertEquals("1", catalog.find("dice").origin().version());
    }
  }

  @Test
  void aTypeOfAnotherPlugin_isRefused() throws IOException {
    jar().portDevice("Coin", "coin", 0x520, 1).build(plugins.resolve("coin.jar"));
    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      jar().portDevice("Dice", "coin", 0x510, 6).build(file);

      assertEquals(
          "Coin in coin.jar and Dice in d.jar both provide type 'coin'; the first is used. Remove"
              + " one of the two.",
          assertThrows(DeviceConfigurationException.class, () -> catalog.reload(file))
              .getMessage());
      assertEquals("1", catalog.find("dice").origin().version());
    }
  }

  @Test
  void aTypeThatTheJarNoLongerHas_isGone() throws IOException {
    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      int before = catalog.all().size();
      jar().portDevice("Dice", "cube", 0x510, 6).build(file);
      catalog.reload(file);

      assertEquals(before, catalog.all().size());
      assertThrows(DeviceConfigurationException.class, () -> catalog.find("dice"));
      assertEquals("cube", catalog.find("cube").name());
    }
  }
}
