using MaaS.Core.Packages;
using MaaS.Primitives.Files;
using MaaS.Registry.Runs;
using MaaS.Training.Fitting;
using MaaS.Training.Pipelines;

namespace MaaS.Cli.CommandLine;

/// <summary>Where the results of a run go.</summary>
/// <param name="Model">The trained model: a file of weights, or a package.</param>
/// <param name="Report">The page that tells of the run; null where none was asked for.</param>
/// <param name="Command">The command line, for the page.</param>
/// <param name="Run">The run in a registry; null where it is not kept.</param>
internal sealed record TrainingOutput(string Model, string? Report, string Command, RunLog? Run)
{
    /// <summary>Finds out before the work whether all of it can be written: minutes of training must not end in a file
    /// that cannot be.</summary>
    /// <exception cref="IOException">Something cannot be written; the message names it.</exception>
    public void EnsureWritable(TrainerOptions options)
    {
        if (Model.EndsWith(TrainedClassifier.Extension, StringComparison.OrdinalIgnoreCase))
        {
            AtomicFile.EnsureWritable(Model);
        }
        else
        {
            ModelPackage.EnsureWritable(Model);
        }

        foreach (var file in new[] { Report, options.CheckpointPath }.OfType<string>())
        {
            AtomicFile.EnsureWritable(file);
        }
    }
}
