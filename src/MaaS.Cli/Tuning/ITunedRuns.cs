using System.CommandLine;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Cli.Tuning;

/// <summary>What a study tunes: networks of images, of texts, or learners of a table.</summary>
internal interface ITunedRuns : IDisposable
{
    /// <summary>The parameters.</summary>
    SearchSpace Space { get; }

    /// <summary>What is made better.</summary>
    IReadOnlyList<Objective> Objectives { get; }

    /// <summary>Epochs of a trial; null where it has none.</summary>
    int? Epochs { get; }

    /// <summary>Runs a trial.</summary>
    /// <param name="trial">Its parameters.</param>
    /// <param name="line">The command line with them, where they are options.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>One value an objective.</returns>
    IReadOnlyList<double> Run(Trial trial, ParseResult line, CancellationToken cancellationToken);
}
