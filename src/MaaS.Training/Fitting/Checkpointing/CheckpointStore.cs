using System.Globalization;
using MaaS.Primitives.Files;

namespace MaaS.Training.Fitting.Checkpointing;

/// <summary>The files of a run's checkpoints, which no other run uses meanwhile.</summary>
internal sealed class CheckpointStore : IDisposable
{
    private const string Prefix = "step-", Extension = ".safetensors", LockName = ".lock";

    private readonly string? _file;
    private readonly CheckpointOptions? _options;
    private readonly FileStream? _lock;

    /// <param name="options">Validated, with a file or a folder.</param>
    /// <param name="writes">Whether this process writes; others only read.</param>
    /// <exception cref="IOException">Another run uses the place, or it cannot be written.</exception>
    public CheckpointStore(TrainerOptions options, bool writes)
    {
        (_file, _options) = (options.CheckpointPath, options.Checkpoints);
        if (writes)
        {
            _lock = Lock();
            if (_options is not null && !options.Resume && Files().LastOrDefault() is { } old)
            {
                _lock.Dispose();
                throw new IOException(
                    $"{old}: expected a folder without checkpoints for a run that does not resume; resume, or name "
                        + "another folder.");
            }
        }
    }

    /// <summary>The newest checkpoint; null where there is none.</summary>
    public string? Newest() => _file is not null
        ? File.Exists(_file) ? _file : null
        : Files().LastOrDefault();

    /// <summary>Writes a checkpoint, and lets go of those that are too many.</summary>
    /// <param name="step">Updates of the weights.</param>
    /// <param name="best">Whether it is that of the best epoch.</param>
    /// <param name="write">Writes a file of a path, whole or not at all.</param>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">It could not be written; older ones of steps are as they were.</exception>
    public string Write(long step, bool best, Action<string> write)
    {
        if (_options is null)
        {
            write(_file!);
            return _file!;
        }

        var path = Path.Combine(
            _options.Folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D9}{Extension}"));
        if (best && _options.KeepBest)
        {
            // The best one first: a run that ends between the two goes on before the best epoch and comes to it again.
            // In the other order it would go on after it, beside the best checkpoint of an older epoch.
            var kept = Path.Combine(_options.Folder, CheckpointOptions.BestFile);
            write(kept);
            AtomicFile.Write(path, target =>
            {
                using var source = File.OpenRead(kept);
                source.CopyTo(target);
            });
        }
        else
        {
            write(path);
        }

        foreach (var old in Files().SkipLast(_options.KeepLast))
        {
            File.Delete(old);
        }

        return path;
    }

    public void Dispose() => _lock?.Dispose();

    // In the order of their steps, whose digits are as many.
    private IEnumerable<string> Files()
        => Directory.Exists(_options!.Folder)
            ? Directory.EnumerateFiles(_options.Folder, $"{Prefix}*{Extension}").Order(StringComparer.Ordinal)
            : [];

    // Held open: the system lets go of it however the process ends. Beside a lone file it does not stay.
    private FileStream Lock()
    {
        var path = _options is null
            ? Path.GetFullPath($"{_file}{LockName}") : Path.Combine(Path.GetFullPath(_options.Folder), LockName);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        try
        {
            return new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                _options is null ? FileOptions.DeleteOnClose : FileOptions.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new IOException(
                $"{path}: expected that no other run writes checkpoints there, got one that does; wait for its end, or "
                    + "name another place.", e);
        }
    }
}
