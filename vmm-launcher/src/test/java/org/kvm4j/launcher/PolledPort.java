package org.kvm4j.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** A plug-in in two versions: the later one tells the guest so, if it has got the state. */
final class PolledPort implements Device, PioHandler {

  static final String TYPE = "polled";

  private static final DeviceOption<Integer> BASE =
      DeviceOption.ports("base", 1, "0x510", "its port");

  private final int answer;
  private int reads;
  private boolean restored;

  private PolledPort(DeviceContext context, int answer) {
    this.answer = answer;
    context.pio().register(context.options().value(BASE), 1, this);
  }

  /** Answers 1. */
  public static final class First extends AbstractDeviceProvider {
    /** For ServiceLoader. */
    public First() {
      super(API_VERSION, TYPE, "a port", List.of(BASE), c -> new PolledPort(c, 1));
    }
  }

  /** Answers 2 where a First was before. */
  public static final class Second extends AbstractDeviceProvider {
    /** For ServiceLoader. */
    public Second() {
      super(API_VERSION, TYPE, "a port", List.of(BASE), c -> new PolledPort(c, 2));
    }
  }

  /** Packs a version of it, from the classes of this test. */
  static void pack(Class<?> provider, String version, Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      for (Class<?> each : List.of(PolledPort.class, provider)) {
        String name = each.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(name));
        try (InputStream code = each.getClassLoader().getResourceAsStream(name)) {
          code.transferTo(out);
        }
      }
      out.putNextEntry(new JarEntry("META-INF/services/" + DeviceProvider.class.getName()));
      out.write(provider.getName().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public int read(int offset, int size) {
    reads++;
    return answer == 1 || restored ? answer : 0;
  }

  @Override
  public void write(int offset, int size, int value) {}

  @Override
  public void reset() {
    reads = 0;
    restored = false;
  }

  @Override
  public void save(StateWriter out) {
    out.put("reads", reads);
  }

  @Override
  public void restore(StateReader in) {
    reads = in.intValue("reads", 1, Integer.MAX_VALUE);
    restored = true;
  }
}
