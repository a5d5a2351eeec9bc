namespace MaaS.Fuzzing.Harnesses;

/// <summary>A file or folder of this process for readers that take paths; in memory where the system has such a
/// place.</summary>
internal static class TemporaryPath
{
    private static readonly string Root = Directory.CreateDirectory(
        Path.Combine(
            Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(),
            $"maas-fuzzing-{Environment.ProcessId}")).FullName;

    static TemporaryPath()
        => AppDomain.CurrentDomain.ProcessExit += static (_, _) => Directory.Delete(Root, recursive: true);

    /// <summary>Path of that name.</summary>
    public static string Of(string name) => Path.Combine(Root, name);

    /// <summary>Writes a file over what was there.</summary>
    public static string Write(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Of(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
