package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.kvm4j.device.DeviceProvider;

/** Compiles the source of a plug-in and packs it, as its author's build would. */
final class PluginJar {

  private static final String SERVICE = "META-INF/services/" + DeviceProvider.class.getName();

  private final Path workspace;
  private final Map<String, String> sources = new LinkedHashMap<>();
  private final List<String> services = new ArrayList<>();
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private String version = "";
  private int apiVersion = DeviceProvider.API_VERSION;

  /** In a directory of its own, where nothing is yet. */
  PluginJar(Path workspace) {
    this.workspace = workspace;
  }

  PluginJar version(String newVersion) {
    version = newVersion;
    return this;
  }

  PluginJar madeForApi(int newApiVersion) {
    apiVersion = newApiVersion;
    return this;
  }

  PluginJar service(String className) {
    services.add(className);
    return this;
  }

  PluginJar source(String className, String text) {
    sources.put(className, text);
    return this;
  }

  /** A file as it is, in the place of a compiled one of the same name. */
  PluginJar file(String name, byte[] content) {
    files.put(name, content);
    return this;
  }

  /** A line of the manifest. */
  PluginJar attribute(String name, String value) {
    attributes.put(name, value);
    return this;
  }

  /**
   * A provider of which one method is replaced, listed as a service.
   *
   * @param member replaces the method of the same signature
   */
  PluginJar provider(String className, String type, String member) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("int apiVersion()", "{ return API_VERSION; }");
    members.put("String type()", "{ return \"" + type + "\"; }");
    members.put("String description()", "{ return \"a device\"; }");
    members.put("List<DeviceOption<?>> options()", "{ return List.of(); }");
    members.put("Device create(DeviceContext context)", "{ throw new Error(\"create\"); }");
    members.keySet().removeIf(member::startsWith);
    StringBuilder body = new StringBuilder("public " + member);
    members.forEach((signature, code) -> body.append("\npublic ").append(signature).append(code));
    return service(className)
        .source(
            className,
            """
            import java.util.*;
            import org.kvm4j.device.*;

            public class %s implements DeviceProvider {
            %s
            }
            """
                .formatted(className, body));
  }

  /** A device of one port that answers a number, listed as a service. */
  PluginJar portDevice(String className, String type, int port, int answer) {
    return service(className)
        .source(
            className,
            """
            import java.util.List;
            import org.kvm4j.bus.PioHandler;
            import org.kvm4j.device.*;

            public final class %1$s implements DeviceProvider {
              private static final DeviceOption<Integer> BASE =
                  DeviceOption.ports("base", 1, "%3$s", "its port");
              public int apiVersion() { return %5$d; }
              public String type() { return "%2$s"; }
              public String description() { return "a port"; }
              public List<DeviceOption<?>> options() { return List.of(BASE); }
              public Device create(DeviceContext context) {
                context.pio().register(context.options().value(BASE), 1, new PioHandler() {
                  public int read(int offset, int size) { return %4$d; }
                  public void write(int offset, int size, int value) {}
                });
                return new Device() {
                  public void reset() {}
                  public void save(StateWriter out) {}
                  public void restore(StateReader in) {}
                };
              }
            }
            """
                .formatted(className, type, port, answer, apiVersion));
  }

  /** Compiles and packs it. */
  Path build(Path jar) throws IOException {
    Path classes = Files.createDirectories(workspace.resolve("classes"));
    compile(classes);
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!version.isEmpty()) {
      manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    }
    attributes.forEach(
        (name, value) -> manifest.getMainAttributes().put(new Attributes.Name(name), value));
    for (Map.Entry<String, byte[]> each : files.entrySet()) {
      Path file = classes.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> files = Files.walk(classes)) {
      for (Path each : files.filter(Files::isRegularFile).sorted().toList()) {
        out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
        Files.copy(each, out);
      }
      if (!services.isEmpty()) {
        out.putNextEntry(new JarEntry(SERVICE));
        out.write(String.join("\n", services).getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  private void compile(Path classes) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
    for (Map.Entry<String, String> source : sources.entrySet()) {
      Path file = workspace.resolve(source.getKey().replace('.', '/') + ".java");
      Files.createDirectories(file.getParent());
      arguments.add(Files.writeString(file, source.getValue()).toString());
    }
    if (sources.isEmpty()) {
      return;
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      Iterable<? extends javax.tools.JavaFileObject> units =
          files.getJavaFileObjects(arguments.subList(4, arguments.size()).toArray(String[]::new));
      assertTrue(
          compiler.getTask(problems, files, null, arguments.subList(0, 4), null, units).call(),
          problems::toString);
    }
  }
}
