using System.Text.Json;
using MaaS.Training.Checkpoints;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Checkpointing;

/// <summary>Everything that the next step depends on, as a file.</summary>
internal static class TrainingState
{
    private const string PositionKey = "position", OptionsKey = "options", CircumstancesKey = "circumstances";

    /// <summary>Writes a state, whole or not at all.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(
        string path, CheckpointContent content, TrainingPosition position, IReadOnlyList<EpochResult> epochs,
        RunDescription run)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var tensors = content.Tensors(get_rng_state());
        foreach (var (name, tensor) in content.CallbackTensors())
        {
            tensors[name] = tensor;
        }

        TrainingCheckpoint.Save(path, tensors, position.Steps, epochs, run.Fingerprint, new Dictionary<string, string>
        {
            [PositionKey] = JsonSerializer.Serialize(position, TrainingJson.Options),
            [OptionsKey] = JsonSerializer.Serialize(run.Options, TrainingJson.Options),
            [CircumstancesKey] = JsonSerializer.Serialize(run.Circumstances, TrainingJson.Options),
        });
    }

    /// <summary>Puts a saved state into a run.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="content">Changed when everything fits, and otherwise left as it is.</param>
    /// <param name="run">What must be the same.</param>
    /// <param name="prepare">Learns of the epochs before the tensors are read.</param>
    /// <param name="warn">Learns what differs but does not forbid to go on.</param>
    /// <returns>Where the run goes on, and the complete epochs.</returns>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another model, other data or other
    /// options.</exception>
    public static (TrainingPosition Position, IReadOnlyList<EpochResult> Epochs) Load(
        string path, CheckpointContent content, RunDescription run, Action<IReadOnlyList<EpochResult>> prepare,
        Action<string> warn)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var checkpoint = TrainingCheckpoint.Open(path, run.Fingerprint);
        var position = Read<TrainingPosition>(path, checkpoint, PositionKey);
        prepare(checkpoint.Epochs);
        content.Update.Expect(checkpoint.Names.Where(static n => n.StartsWith(CheckpointContent.OptimizerPrefix))
            .Select(static n => n[CheckpointContent.OptimizerPrefix.Length..]).ToHashSet());
        var random = get_rng_state();
        var targets = content.Tensors(random);
        checkpoint.Check(targets, CheckpointContent.BestPrefix, CheckpointContent.CallbackPrefix);
        var states = content.Callbacks.States.ToDictionary(
            static s => s, s => checkpoint.Read(CheckpointContent.Prefix(s)));
        run.Compare(path, Read<Dictionary<string, string>>(path, checkpoint, OptionsKey));
        run.Mention(Read<Dictionary<string, string>>(path, checkpoint, CircumstancesKey), warn);

        foreach (var (state, tensors) in states)
        {
            state.LoadState(tensors);
        }

        checkpoint.Fill(targets);
        content.Update.Loaded();
        set_rng_state(random);
        return (position, checkpoint.Epochs);
    }

    private static T Read<T>(string path, TrainingCheckpoint checkpoint, string key)
    {
        try
        {
            return checkpoint.Metadata.TryGetValue(key, out var json)
                && JsonSerializer.Deserialize<T>(json, TrainingJson.Options) is { } value
                    ? value
                    : throw new InvalidDataException(
                        $"{path}: expected the metadata {key} of a "
                            + "checkpoint, got none; it is of an older version, start anew.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path}: expected the {key} of a checkpoint in its metadata: {e.Message}", e);
        }
    }
}
