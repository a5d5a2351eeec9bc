using System.Globalization;
using System.Text;
using MaaS.Core.Packages;
using MaaS.Serving.Models.Triton;

namespace MaaS.Serving.Models;

/// <summary>
/// A model as Triton's and TensorFlow Serving's folders have it: <c>name/1/model.onnx</c>, and perhaps
/// <c>name/config.pbtxt</c>.
/// </summary>
internal static class NumberedFolder
{
    /// <summary>Whether a folder is one: it has a configuration, or numbered folders that are no packages of a
    /// registry.</summary>
    public static bool Is(string folder)
        => File.Exists(Path.Combine(folder, TritonConfigReader.FileName))
            || !File.Exists(Path.Combine(folder, "registry.json"))
            && Versions(folder)
                .Any(
                    v => !File.Exists(Path.Combine(v.Path, "manifest.json"))
                        && Directory.EnumerateFileSystemEntries(v.Path).Any());

    /// <summary>Sizes and times of all files but the versions: it changes with the configuration.</summary>
    public static string Fingerprint(string folder)
    {
        var text = new StringBuilder();
        var beside = Directory.EnumerateFiles(folder).Concat(
            Directory.Exists(Path.Combine(folder, "warmup"))
                ? Directory.EnumerateFiles(Path.Combine(folder, "warmup")) : []);
        foreach (var file in beside.Order(StringComparer.Ordinal))
        {
            Append(text, folder, file);
        }

        return text.ToString();
    }

    /// <summary>Every version that can be loaded; what is broken goes to <paramref name="unreadable"/>.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="config">Its configuration; null for none.</param>
    /// <param name="unreadable">Takes the versions without a network.</param>
    /// <exception cref="InvalidDataException">The folder has no version, or a name that no model has.</exception>
    public static IReadOnlyList<ModelSource> Sources(
        string folder, TritonConfig? config, List<UnreadableSource> unreadable)
    {
        var name = Path.GetFileName(folder);
        if (!ModelNames.IsValid(name))
        {
            throw new InvalidDataException(
                $"{folder}: expected as name {ModelNames.Rule}, got '{name}'; rename the folder.");
        }

        List<ModelSource> sources = [];
        var beside = config is null ? "" : Fingerprint(folder);
        foreach (var (version, path) in Versions(folder).OrderBy(v => v.Number))
        {
            if (Network(path, config) is not { } file)
            {
                unreadable.Add(
                    new UnreadableSource(
                        name, path, new InvalidDataException(File.Exists(Path.Combine(path, "saved_model.pb"))
                    ? $"{path}: expected model.onnx, got TensorFlow's SavedModel; convert it with tf2onnx."
                    : $"{path}: expected {config?.FileName ?? "model.onnx, or one file *.onnx"}, found none."),
                    version));
                continue;
            }

            var text = new StringBuilder(beside);
            foreach (var part in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
            {
                Append(text, folder, part);
            }

            sources.Add(
                new ModelSource(name, version, file, SourceKind.Network, text.ToString(), new FileInfo(file).Length)
                {
                    Config = config,
                });
        }

        return sources.Count > 0 || unreadable.Exists(u => u.Name == name) ? sources
            : throw new InvalidDataException($"{folder}: expected folders of versions, as 1/model.onnx, found none.");
    }

    private static IEnumerable<(long Number, string Path)> Versions(string folder)
    {
        foreach (var path in Directory.EnumerateDirectories(folder))
        {
            var name = Path.GetFileName(path);
            if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                && name == number.ToString(CultureInfo.InvariantCulture))
            {
                yield return (number, path);
            }
        }
    }

    private static string? Network(string version, TritonConfig? config)
    {
        var file = Path.Combine(version, config?.FileName ?? "model.onnx");
        if (File.Exists(file))
        {
            return file;
        }

        return config is null && Directory.GetFiles(version, "*.onnx") is [var only] ? only : null;
    }

    private static void Append(StringBuilder text, string folder, string file)
    {
        var info = new FileInfo(file);
        text.Append(file.AsSpan(folder.Length)).Append(
            CultureInfo.InvariantCulture, $"={info.Length}@{info.LastWriteTimeUtc.Ticks};");
    }
}
