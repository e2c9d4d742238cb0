package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;

/** The list of device types, and what is wrong with some. */
final class DeviceCatalogTest {

  private static final TestProvider SERIAL = TestProvider.of("serial", context -> {});
  private static final TestProvider PIT = TestProvider.of("pit", context -> {});

  @TempDir Path directory;

  private static List<DeviceProvider> providers(DeviceCatalog catalog) {
    return catalog.all().stream().map(DeviceType::provider).toList();
  }

  @Test
  void providers_areListedByType() {
    DeviceCatalog catalog = DeviceCatalog.of(List.of(SERIAL, PIT));

    assertEquals(List.of(PIT, SERIAL), providers(catalog));
    assertEquals(List.of(), catalog.problems());
    assertSame(SERIAL, catalog.find("serial").provider());
  }

  @ParameterizedTest
  @CsvSource({"seral, serial", "pitt, pit"})
  void anUnknownType_isRefused_withTheNearestNameAndAll(String type, String nearest) {
    assertEquals(
        "There is no device type '%s'. Did you mean '%s'? Types: pit, serial."
            .formatted(type, nearest),
        refusal(type));
  }

  @Test
  void anUnknownTypeLikeNoOther_isRefused_withAll() {
    assertEquals(
        "There is no device type 'framebuffer'. Types: pit, serial.", refusal("framebuffer"));
  }

  @Test
  void anEmptyCatalog_saysWhereDevicesComeFrom() {
    assertEquals(
        "There is no device type 'serial'. Types: none; put a device module on the module path.",
        assertThrows(
                DeviceConfigurationException.class,
                () -> DeviceCatalog.of(List.of()).find("serial"))
            .getMessage());
  }

  @Test
  void aProviderOfAnotherSpi_isAProblem_andTheOthersAreListed() {
    TestProvider old = new TestProvider("old", 0, List.of(), context -> new TestProvider.Quiet());

    DeviceCatalog catalog = DeviceCatalog.of(List.of(old, SERIAL));

    assertEquals(List.of(SERIAL), providers(catalog));
    assertEquals(
        List.of(
            TestProvider.class.getName()
                + " was made for version 0 of the device SPI, this is 1."
                + " Get a build of it for this one."),
        catalog.problems());
  }

  @Test
  void twoProvidersOfOneType_areAProblem_andTheFirstIsUsed() {
    TestProvider twin = TestProvider.of("serial", context -> {});

    DeviceCatalog catalog = DeviceCatalog.of(List.of(SERIAL, twin));

    assertSame(SERIAL, catalog.find("serial").provider());
    assertTrue(
        catalog
            .problems()
            .get(0)
            .endsWith(
                "both provide type 'serial'; the first is used." + " Remove one of the two."));
  }

  @Test
  void aProviderThatThrows_isAProblem_andTheOthersAreListed() {
    DeviceCatalog catalog = DeviceCatalog.of(List.of(new Broken(), SERIAL));

    assertEquals(List.of(SERIAL), providers(catalog));
    assertEquals(
        List.of(
            Broken.class.getName()
                + " cannot be used: java.lang.AbstractMethodError: apiVersion."
                + " Get a build of it for this version."),
        catalog.problems());
  }

  @Test
  void aProviderWithoutAType_isAProblem() {
    TestProvider nameless = TestProvider.of(null, context -> {});

    DeviceCatalog catalog = DeviceCatalog.of(List.of(nameless, SERIAL));

    assertEquals(List.of(SERIAL), providers(catalog));
    assertEquals(1, catalog.problems().size());
  }

  @Test
  void load_findsProviders_andReportsWhatItCannotLoad() throws Exception {
    DeviceCatalog catalog =
        loadWith(
            Fine.class.getName(),
            "org.example.Missing",
            Unconstructible.class.getName(),
            Broken.class.getName(),
            Old.class.getName());

    assertEquals(List.of("fine"), catalog.all().stream().map(DeviceType::name).toList());
    List<String> problems = catalog.problems();
    assertEquals(4, problems.size(), problems.toString());
    assertTrue(problems.get(0).contains("org.example.Missing not found"), problems.get(0));
    assertTrue(problems.get(1).contains("could not be instantiated"), problems.get(1));
    assertTrue(problems.get(2).contains("cannot be used"), problems.get(2));
    assertTrue(problems.get(3).contains("version 99"), problems.get(3));
  }

  @Test
  void load_ofAFileThatIsNoList_ends() throws Exception {
    DeviceCatalog catalog = loadWith("this is no class name", Fine.class.getName());

    assertEquals(1, catalog.problems().size());
  }

  private static String refusal(String type) {
    DeviceCatalog catalog = DeviceCatalog.of(List.of(SERIAL, PIT));
    return assertThrows(DeviceConfigurationException.class, () -> catalog.find(type)).getMessage();
  }

  private DeviceCatalog loadWith(String... providers) throws IOException {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.write(services.resolve(DeviceProvider.class.getName()), List.of(providers));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    URL[] classPath = {directory.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(classPath, getClass().getClassLoader())) {
      thread.setContextClassLoader(loader);
      return DeviceCatalog.load();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Loaded by name. */
  public static class Fine implements DeviceProvider {
    @Override
    public int apiVersion() {
      return API_VERSION;
    }

    @Override
    public String type() {
      return "fine";
    }

    @Override
    public String description() {
      return "a test's device";
    }

    @Override
    public List<DeviceOption<?>> options() {
      return List.of();
    }

    @Override
    public Device create(DeviceContext context) {
      return new TestProvider.Quiet();
    }
  }

  /** Compiled for an SPI that had no such method. */
  public static final class Broken extends Fine {
    @Override
    public int apiVersion() {
      throw new AbstractMethodError("apiVersion");
    }
  }

  /** Has side effects in its constructor, which fail. */
  public static final class Unconstructible extends Fine {
    public Unconstructible() {
      throw new IllegalStateException("no display");
    }
  }

  /** Compiled for another version. */
  public static final class Old extends Fine {
    @Override
    public int apiVersion() {
      return 99;
    }
  }
}
