package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.core.device.DeviceType;
import org.kvm4j.core.device.Origin;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.machine.DeviceRequest;
import org.kvm4j.machine.MachineConfig;

final class DevicesCommandTest {

  @Test
  void devices_areAllListed_inOrder_withOrigin() {
    Terminal seen = Terminal.run("devices");

    List<String> types =
        seen.out().lines().map(line -> line.substring(0, line.indexOf(' '))).toList();
    assertEquals(
        List.of(
            "acpi-pm",
            "debug-console",
            "debug-exit",
            "i8042",
            "ioapic",
            "pci-host",
            "pic",
            "pit",
            "post-code",
            "pvpanic",
            "rtc",
            "serial"),
        types);
    assertTrue(seen.out().lines().allMatch(line -> line.contains(" built in ")), seen::out);
    assertEquals("", seen.err());
    assertEquals(0, seen.exitCode());
  }

  @Test
  void everyDeviceOfTheStandardPc_isThere() {
    Terminal seen = Terminal.run("devices");

    for (DeviceRequest device : MachineConfig.STANDARD_DEVICES) {
      assertTrue(
          seen.out().lines().anyMatch(line -> line.startsWith(device.type() + " ")),
          () -> device.type() + " is not in\n" + seen.out());
    }
  }

  @Test
  void describe_showsOptionsWithWhatIsAllowedAndTheDefault_andWhichArePlaces() {
    Terminal seen = Terminal.run("devices", "--describe", "serial");

    assertEquals(
        List.of(
            "serial: 16550A serial port",
            "options",
            "  base               first of its eight ports (0x0..0xfff8|any, default 0x3f8):"
                + " the place of 8 ports",
            "  irq                interrupt line: 4 for COM1, 3 for COM2 (0..23|any, default 4):"
                + " the place of a GSI, perhaps shared",
            "  backend            where the line ends on the host"
                + " (stdio|stderr|null|memory|file:PATH|pty|unix:PATH, default stdio)"),
        seen.out().lines().filter(line -> !line.isEmpty() && !line.startsWith("from ")).toList());
    assertEquals(0, seen.exitCode());
  }

  @Test
  void describe_showsTheFixedPorts() {
    String out = Terminal.run("devices", "--describe", "i8042").out();

    assertTrue(out.contains("always has\n  ports 0x60-0x60\n  ports 0x64-0x64\n"), out);
  }

  @Test
  void describingWhatIsNotThere_namesTheNearest() {
    Terminal seen = Terminal.run("devices", "--describe", "seral");

    assertEquals(
        "kvm4j: There is no device type 'seral'. Did you mean 'serial'? Types: acpi-pm,"
            + " debug-console, debug-exit, i8042, ioapic, pci-host, pic, pit, post-code, pvpanic,"
            + " rtc, serial.\n",
        seen.err());
    assertEquals(2, seen.exitCode());
  }

  @Test
  void aBrokenPlugin_isTold_andTheOthersAreListed(@TempDir Path plugins) throws Exception {
    Files.writeString(plugins.resolve("broken.jar"), "no jar");

    Terminal seen = Terminal.run("devices", "--plugins", plugins.toString());

    assertTrue(seen.err().startsWith("kvm4j: broken.jar cannot be loaded: "), seen::err);
    assertEquals(12, seen.out().lines().count());
    assertEquals(0, seen.exitCode());
  }

  @Test
  void whatAPluginSaysOfItself_doesNotControlTheTerminal() {
    DeviceType type = new DeviceType(new Loud(), new Origin("x.jar", "1", Optional.empty()));

    for (BiConsumer<DeviceType, PrintStream> command :
        List.<BiConsumer<DeviceType, PrintStream>>of(
            (types, out) -> DevicesCommand.list(List.of(types), out), DevicesCommand::describe)) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      command.accept(type, new PrintStream(bytes, true, StandardCharsets.UTF_8));
      String out = bytes.toString(StandardCharsets.UTF_8);
      assertTrue(out.contains("a?[2J?b"), out);
      assertFalse(out.chars().anyMatch(each -> each != '\n' && Character.isISOControl(each)), out);
    }
  }

  @Test
  void aMessage_doesNotControlTheTerminal() {
    Terminal seen = Terminal.run("devices", "--describe", "a\u001b[2J");

    assertTrue(seen.err().startsWith("kvm4j: There is no device type 'a?[2J'."), seen::err);
  }

  @Test
  void aPluginDirectoryThatIsNotThere_isRefused() {
    Terminal seen = Terminal.run("devices", "--plugins", "/nowhere");

    assertTrue(
        seen.err().startsWith("kvm4j: Plug-in directory /nowhere cannot be read"), seen::err);
    assertEquals(2, seen.exitCode());
  }

  @Test
  void theUsersOwnFolder_isWhereTheXdgSpecificationPutsIt() {
    assertEquals(
        Path.of("/data/kvm4j/plugins"),
        Plugins.ownFolder(Map.of("XDG_DATA_HOME", "/data", "HOME", "/home/me")));
    assertEquals(
        Path.of("/home/me/.local/share/kvm4j/plugins"),
        Plugins.ownFolder(Map.of("HOME", "/home/me")));
  }

  /** Everything it says clears the screen. */
  private static final class Loud extends AbstractDeviceProvider {

    private static final String TEXT = "a\u001b[2J\nb";

    Loud() {
      super(
          API_VERSION,
          "loud",
          TEXT,
          List.of(DeviceOption.text("word", TEXT, TEXT, TEXT)),
          context -> {
            throw new AssertionError("nobody creates it");
          });
    }
  }
}
