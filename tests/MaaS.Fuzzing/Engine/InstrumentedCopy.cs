using SharpFuzz;

namespace MaaS.Fuzzing.Engine;

/// <summary>A copy of this program in which MaaS's assemblies count their branches.</summary>
internal static class InstrumentedCopy
{
    private static readonly string[] Assemblies =
        ["MaaS.Primitives", "MaaS.Text", "MaaS.Onnx", "MaaS.Core", "MaaS.Serving", "MaaS.Training"];

    /// <summary>Makes the copy anew.</summary>
    /// <param name="folder">Where to; what is there is replaced.</param>
    /// <returns>Path of the program.</returns>
    public static string Make(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        foreach (var assembly in Assemblies)
        {
            // Messages that protoc generates are Google's code: their branches would hide those of MaaS.
            _ = Fuzzer.Instrument(
                Path.Combine(folder, assembly + ".dll"),
                static type => !type.Contains(".Schema.", StringComparison.Ordinal), Options.Value).Count();
        }

        return Path.Combine(folder, Path.GetFileName(typeof(InstrumentedCopy).Assembly.Location));
    }
}
