package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceConflictException;

/** Jars in a directory become devices; what is wrong with one is told and hides no other. */
final class PluginTest {

  @TempDir Path directory;
  private Path plugins;
  private int workspaces;

  @BeforeEach
  void makePluginDirectory() throws IOException {
    plugins = Files.createDirectory(directory.resolve("plugins"));
  }

  private PluginJar jar() throws IOException {
    return new PluginJar(Files.createDirectory(directory.resolve("work" + workspaces++)));
  }

  private Path in(String name) {
    return plugins.resolve(name);
  }

  private static List<String> names(DeviceCatalog catalog) {
    return catalog.all().stream().map(DeviceType::name).toList();
  }

  @Test
  void aJar_isListedWithVersionAndOrigin_andItsDeviceWorks() throws IOException {
    Path file = jar().portDevice("Dice", "dice", 0x510, 3).version("1.2").build(in("dice.jar"));

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins));
        TestPlatform platform = new TestPlatform()) {
      assertEquals(List.of(), catalog.problems());
      DeviceType dice = catalog.find("dice");
      assertEquals(new Origin("dice.jar", "1.2", Optional.of(file)), dice.origin());

      platform.devices.addAll(List.of(new DeviceSpec(dice, Map.of("base", "0x520"))));
      platform.devices.connect();

      assertEquals(3, platform.pio.read(0x520, 1));
    }
  }

  @Test
  void aFolder_isOnePlugin_withItsLibraries() throws IOException {
    Path folder = Files.createDirectory(in("dice"));
    jar()
        .source("Dice", "public class Dice extends Base { public Dice() { super(6); } }")
        .source("Base", "public class Base { public Base(int sides) {} }")
        .build(folder.resolve("a-library.jar"));
    jar().portDevice("DiceProvider", "dice", 0x510, 3).build(folder.resolve("provider.jar"));

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      assertEquals(List.of(), catalog.problems());
      Class<?> provider = catalog.find("dice").provider().getClass();
      assertEquals("dice", catalog.find("dice").origin().name());
      assertTrue(loads(provider.getClassLoader(), "Dice"), "the library beside it");
    }
  }

  @Test
  void twoPlugins_mayHaveClassesOfOneName() throws IOException {
    jar().portDevice("Provider", "one", 0x510, 1).build(in("one.jar"));
    jar().portDevice("Provider", "two", 0x520, 2).build(in("two.jar"));

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      assertEquals(List.of(), catalog.problems());
      assertNotSame(
          catalog.find("one").provider().getClass(), catalog.find("two").provider().getClass());
    }
  }

  @Test
  void aPlugin_seesTheSpiAndTheJdk_andNothingOfTheFramework() throws IOException {
    jar().portDevice("Provider", "one", 0x510, 1).build(in("one.jar"));

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      ClassLoader loader = catalog.find("one").provider().getClass().getClassLoader();
      assertTrue(loads(loader, "org.kvm4j.device.Device"));
      assertTrue(loads(loader, "java.sql.Driver"));
      for (String hidden :
          List.of(
              "org.kvm4j.core.device.DeviceSet",
              "com.google.common.base.Joiner",
              "com.sun.jna.Native")) {
        assertEquals(false, loads(loader, hidden), hidden);
      }
    }
  }

  @Test
  void brokenJars_areToldByName_andTheOthersAreListed() throws IOException {
    Files.writeString(in("a-text.jar"), "no jar at all");
    jar().build(in("b-empty.jar"));
    jar().service("Missing").build(in("c-missing.jar"));
    jar().madeForApi(0).portDevice("Old", "old", 0x510, 1).build(in("d-old.jar"));
    jar()
        .service("Throwing")
        .source("Throwing", "public class Throwing { public Throwing() { throw new Error(); } }")
        .build(in("e-throwing.jar"));
    jar().portDevice("Fine", "fine", 0x510, 1).build(in("g-fine.jar"));
    Files.writeString(in("notes.txt"), "not looked at");
    Files.createDirectory(in("classes")); // nor this: a build's output directory may be named

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      assertEquals(List.of("fine"), names(catalog));
      List<String> problems = catalog.problems();
      assertEquals(5, problems.size(), problems::toString);
      assertTrue(problems.get(0).startsWith("a-text.jar cannot be loaded: "), problems::toString);
      assertTrue(
          problems.get(1).startsWith("b-empty.jar: it names no provider in"), problems::toString);
      assertTrue(problems.get(2).startsWith("c-missing.jar: "), problems::toString);
      assertTrue(problems.get(2).contains("Missing not found"), problems::toString);
      assertEquals(
          "Old in d-old.jar was made for version 0 of the device SPI, this is 1."
              + " Get a build of it for this one.",
          problems.get(3));
      assertTrue(problems.get(4).startsWith("e-throwing.jar: "), problems::toString);
    }
  }

  @Test
  void aTypeThatIsThereTwice_isToldWithBothJars() throws IOException {
    jar().portDevice("Mine", "dice", 0x510, 1).build(in("a.jar"));
    jar().portDevice("Yours", "dice", 0x510, 2).build(in("b.jar"));

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins))) {
      assertEquals(
          List.of(
              "Mine in a.jar and Yours in b.jar both provide type 'dice'; the first is used."
                  + " Remove one of the two."),
          catalog.problems());
    }
  }

  @Test
  void aConflict_namesTheJars() throws IOException {
    jar().portDevice("Mine", "mine", 0x510, 1).build(in("a.jar"));
    jar().portDevice("Yours", "yours", 0x510, 2).build(in("b.jar"));

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins));
        TestPlatform platform = new TestPlatform()) {
      List<DeviceSpec> both =
          catalog.all().stream().map(type -> new DeviceSpec(type, Map.of())).toList();

      assertEquals(
          "device yours (b.jar) wants ports 0x510-0x510, but device mine (a.jar) has ports"
              + " 0x510-0x510. Give yours base=0x511, which is free.",
          assertThrows(DeviceConflictException.class, () -> platform.devices.addAll(both))
              .getMessage());
      assertEquals(List.of(), platform.devices.ids(), "nothing was created");
    }
  }

  @Test
  void aJar_canBeReplaced_whileItsCodeRuns() throws IOException {
    Path file = jar().portDevice("Dice", "dice", 0x510, 3).build(in("dice.jar"));

    try (DeviceCatalog catalog = DeviceCatalog.load(List.of(plugins));
        TestPlatform platform = new TestPlatform()) {
      Files.writeString(file, "torn apart");
      platform.devices.addAll(List.of(new DeviceSpec(catalog.find("dice"), Map.of())));
      platform.devices.connect();

      assertEquals(3, platform.pio.read(0x510, 1));
    }
  }

  @Test
  void aDirectoryThatCannotBeRead_isRefused() {
    assertTrue(
        assertThrows(
                DeviceConfigurationException.class,
                () -> DeviceCatalog.load(List.of(directory.resolve("missing"))))
            .getMessage()
            .contains("missing cannot be read"));
  }

  private static boolean loads(ClassLoader loader, String name) {
    try {
      return loader.loadClass(name) != null;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
