using System.ComponentModel;
using System.Diagnostics;
using MaaS.Primitives.Files;
using TorchSharp;

namespace MaaS.Training.Startup;

/// <summary>
/// The verdicts of a processor on disk, so that the next process knows them before libtorch is loaded.
/// </summary>
/// <param name="path">Where; null to keep nothing.</param>
/// <remarks>
/// A file that cannot be read or written is as good as none: every process checks for itself, and what it finds wrong
/// it
/// does not use. Only the choice of a faster setting for the next process is lost.
/// </remarks>
internal sealed class VerdictFile(string? path)
{
    private const string FolderVariable = "MAAS_CACHE";

    // One that ended may have been stopped by its user.
    private const int Attempts = 2;

    /// <summary>The file of this machine's processor and TorchSharp's version, in the user's cache folder.</summary>
    public static VerdictFile OfThisMachine { get; } = new(Folder() is { } folder
        ? System.IO.Path.Combine(folder, $"onednn-{typeof(torch).Assembly.GetName().Version}-{Processor.Key}.txt")
        : null);

    /// <summary>Where the file is; null where nothing is kept.</summary>
    public string? Path => path;

    /// <summary>What the file says; a setting is wrong when two processes in a row ended during its check.</summary>
    public OneDnnVerdicts Read()
    {
        var verdicts = OneDnnVerdicts.Parse(Text());
        if (verdicts.Trying is not var (setting, process, started, attempt)
            || attempt < Attempts || IsRunning(process, started))
        {
            return verdicts;
        }

        var seen = $"{attempt} processes ended during the check";
        return verdicts with { Trying = null, Wrong = verdicts.Wrong.SetItem(setting, seen) };
    }

    /// <summary>Changes the file.</summary>
    /// <returns>Whether it could be written.</returns>
    public bool Update(Func<OneDnnVerdicts, OneDnnVerdicts> change)
    {
        if (path is null)
        {
            return false;
        }

        try
        {
            AtomicFile.WriteText(path, change(Read()).Write());
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Notes that this process begins to check a setting, in case it does not live to tell.</summary>
    public bool Begin(string setting) => Update(verdicts => verdicts with
    {
        Trying = (setting, Environment.ProcessId, Started(),
            verdicts.Trying is var (last, process, started, attempt) && last == setting && !IsRunning(process, started)
                ? attempt + 1
                : 1),
    });

    private string Text()
    {
        try
        {
            return path is null ? "" : File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string? Folder()
    {
        if (ProcessEnvironment.Get(FolderVariable) is { } folder)
        {
            return folder;
        }

        var home = OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : ProcessEnvironment.Get("XDG_CACHE_HOME")
                ?? (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } user
                    ? System.IO.Path.Combine(user, ".cache")
                    : "");
        return home.Length > 0 ? System.IO.Path.Combine(home, "maas") : null;
    }

    private static long Started()
    {
        using var process = Process.GetCurrentProcess();
        return process.StartTime.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond;
    }

    private static bool IsRunning(int id, long started)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            var its = process.StartTime.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond;
            return Math.Abs(its - started) <= 2;   // Rounded differently from process to process.
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return false;   // No such process, or it has ended meanwhile.
        }
    }
}
