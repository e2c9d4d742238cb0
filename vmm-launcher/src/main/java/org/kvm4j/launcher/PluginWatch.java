package org.kvm4j.launcher;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;
import static java.nio.file.StandardWatchEventKinds.OVERFLOW;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.kvm4j.device.DeviceConfigurationException;

/**
 * Sees when plug-ins change: a jar in one of the directories, or one in a folder there.
 *
 * <p>A build writes a jar in many pieces, so a change is passed on when nothing more has come for a
 * moment. Threading: its own thread, which calls back.
 */
final class PluginWatch implements AutoCloseable {

  /** Something that watches until it is closed, if there is anything to watch. */
  @FunctionalInterface
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  private static final long QUIET_MILLIS = 300;

  private final WatchService service;
  private final Consumer<Path> onChange;

  /** What each watched directory's events are about: its own entries, or itself as a whole. */
  private final Map<WatchKey, Path> folders = new HashMap<>();

  private final Map<WatchKey, Path> directories = new HashMap<>();
  private final Thread thread = new Thread(this::watch, "kvm4j-watch");

  /** As the constructor does, if there is a directory. */
  static Watch on(List<Path> pluginDirectories, Consumer<Path> onChange) {
    return pluginDirectories.isEmpty()
        ? () -> {}
        : new PluginWatch(pluginDirectories, onChange)::close;
  }

  /**
   * Begins to watch.
   *
   * @param pluginDirectories as {@code --plugins} names them
   * @param onChange told of a jar or folder in them that has changed
   * @throws DeviceConfigurationException if a directory cannot be watched
   */
  PluginWatch(List<Path> pluginDirectories, Consumer<Path> onChange) {
    this.onChange = onChange;
    try {
      service = FileSystems.getDefault().newWatchService();
    } catch (IOException e) {
      throw cannotWatch(e);
    }
    thread.setDaemon(true);
    try {
      for (Path directory : pluginDirectories) {
        register(directory);
      }
    } catch (IOException e) {
      close();
      throw cannotWatch(e);
    }
    thread.start();
  }

  private static DeviceConfigurationException cannotWatch(IOException e) {
    return new DeviceConfigurationException(
        "The plug-in directories cannot be watched: %s. Leave --watch out.".formatted(e), e);
  }

  private void register(Path directory) throws IOException {
    directories.put(keyOf(directory), directory);
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path folder : entries.filter(Files::isDirectory).toList()) {
        folders.put(keyOf(folder), folder);
      }
    }
  }

  private WatchKey keyOf(Path directory) throws IOException {
    return directory.register(service, ENTRY_CREATE, ENTRY_MODIFY);
  }

  private void watch() {
    try {
      Set<Path> changed = new LinkedHashSet<>();
      while (true) {
        WatchKey key =
            changed.isEmpty() ? service.take() : service.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
        if (key == null) {
          changed.forEach(onChange);
          changed.clear();
        } else {
          key.pollEvents().forEach(event -> note(key, event, changed));
          key.reset();
        }
      }
    } catch (ClosedWatchServiceException e) {
      return; // by close()
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void note(WatchKey key, WatchEvent<?> event, Set<Path> changed) {
    if (event.kind() == OVERFLOW || !event.context().toString().endsWith(".jar")) {
      return;
    }
    Path folder = folders.get(key);
    changed.add(folder != null ? folder : directories.get(key).resolve((Path) event.context()));
  }

  /** Calls back no more. */
  @Override
  public void close() {
    try {
      service.close();
      thread.join();
    } catch (IOException e) {
      System.getLogger(PluginWatch.class.getName())
          .log(System.Logger.Level.WARNING, "the watch of the plug-ins cannot be closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
