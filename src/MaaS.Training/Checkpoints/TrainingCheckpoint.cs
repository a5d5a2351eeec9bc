using System.Globalization;
using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Training.Interop;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>The file of a training run: everything that its next epoch depends on, by name, and the epochs so
/// far.</summary>
internal sealed class TrainingCheckpoint : IDisposable
{
    private const string StepsKey = "steps", EpochsKey = "epochs", DataKey = "data";

    private readonly string _path;
    private readonly SafeTensorsFile _file;

    private TrainingCheckpoint(string path, SafeTensorsFile file)
    {
        (_path, _file) = (path, file);
        (Steps, Epochs) = ReadMetadata(path, file.Metadata);
    }

    /// <summary>Number of updates of the weights.</summary>
    public long Steps { get; }

    /// <summary>The epochs that led to it.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; }

    /// <summary>Free text by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <summary>Names of the tensors.</summary>
    public IEnumerable<string> Names => _file.Entries.Select(static e => e.Name);

    /// <summary>Opens a file.</summary>
    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="dataHash">What tells the training data apart; null where nobody compares.</param>
    /// <exception cref="InvalidDataException">The file is damaged or of other data.</exception>
    public static TrainingCheckpoint Open(string path, string? dataHash)
    {
        var file = SafeTensorsFile.Open(path);
        try
        {
            var checkpoint = new TrainingCheckpoint(path, file);
            if (dataHash is not null && file.Metadata.GetValueOrDefault(DataKey) != dataHash)
            {
                throw new InvalidDataException(
                    $"{path}: expected a checkpoint of this training data, got one of other data, another split or "
                        + "another "
                    + "tokenizer; name another file, or start anew without resuming.");
            }

            return checkpoint;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="tensors">The state by name.</param>
    /// <param name="steps">Number of updates of the weights.</param>
    /// <param name="epochs">The epochs that led to it.</param>
    /// <param name="dataHash">What tells the training data apart; null where nobody compares.</param>
    /// <param name="more">Free text by key.</param>
    public static void Save(
        string path, IReadOnlyDictionary<string, Tensor> tensors, long steps, IReadOnlyList<EpochResult> epochs,
        string? dataHash, IReadOnlyDictionary<string, string> more)
    {
        var metadata = new Dictionary<string, string>(more)
        {
            [StepsKey] = steps.ToString(CultureInfo.InvariantCulture),
            [EpochsKey] = JsonSerializer.Serialize(epochs, TrainingJson.Options),
        };
        if (dataHash is not null)
        {
            metadata[DataKey] = dataHash;
        }

        ModelWeights.Write(path, tensors, metadata);
    }

    /// <summary>Checks that <see cref="Fill"/> can be called.</summary>
    /// <param name="tensors">By name; on any device.</param>
    /// <param name="ignored">Starts of the names that the file may hold besides.</param>
    /// <exception cref="InvalidDataException">The file belongs to another model or other options.</exception>
    public void Check(IReadOnlyDictionary<string, Tensor> tensors, params string[] ignored)
        => ModelWeights.Check(tensors, _file, _path, ignored);

    /// <summary>Copies the state into tensors.</summary>
    /// <param name="tensors">By name, checked before; on any device.</param>
    public void Fill(IReadOnlyDictionary<string, Tensor> tensors) => ModelWeights.Copy(tensors, _file);

    /// <summary>The tensors whose names start alike, under the rest of their names; the dispose scope owns them.</summary>
    public Dictionary<string, Tensor> Read(string prefix)
        => Names.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(n => n[prefix.Length..], n => TensorValues.ToTensor(_file[n]));

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static (long Steps, IReadOnlyList<EpochResult> Epochs) ReadMetadata(
        string path, IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(StepsKey, out var steps) || !metadata.TryGetValue(EpochsKey, out var epochs)
            || !long.TryParse(steps, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw new InvalidDataException(
                $"{path}: expected the metadata {StepsKey} and {EpochsKey} of a checkpoint, got others.");
        }

        try
        {
            return (count, JsonSerializer.Deserialize<IReadOnlyList<EpochResult>>(epochs, TrainingJson.Options)
                ?? throw new JsonException("got null"));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path}: expected the epochs of a checkpoint in its metadata: {e.Message}", e);
        }
    }
}
