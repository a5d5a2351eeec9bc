using System.CommandLine;
using MaaS.Cli.Recording;
using MaaS.Registry.Runs;

namespace MaaS.Cli.Commands;

/// <summary>A verb whose work is kept as a run of a registry, where one is named.</summary>
internal abstract class RecordedVerb : VerbCommand
{
    private readonly RunRecording _recording = new();

    protected RecordedVerb(string name, string description)
        : base(name, description)
        => Options.Add(_recording.Registry);

    /// <summary>Options that say where the run is kept.</summary>
    protected IEnumerable<Option> Recording => [_recording.Registry];

    /// <summary>What the work writes to; null where nothing is kept.</summary>
    protected RunLog? Run { get; private set; }

    protected sealed override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
        => _recording.RunAsync(
            result, Name, RunName(result),
            run =>
            {
                Run = run;
                return WorkAsync(result, cancellationToken);
            },
            cancellationToken);

    /// <summary>What the run is called.</summary>
    protected abstract string RunName(ParseResult result);

    /// <summary>Does the verb's work, as <see cref="VerbCommand.RunAsync"/>.</summary>
    protected abstract Task<int> WorkAsync(ParseResult result, CancellationToken cancellationToken);

    /// <summary>A run's name out of a path that an argument gives.</summary>
    protected static string NameOf(FileSystemInfo path)
        => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path.FullName)) is { Length: > 0 } name
            ? name : path.FullName;
}
