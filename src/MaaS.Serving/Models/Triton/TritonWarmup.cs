using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Models.Triton;

/// <summary>A request that a model runs before it is ready.</summary>
/// <param name="Name">In errors.</param>
/// <param name="Count">How often it is run.</param>
/// <param name="Inputs">What it sends.</param>
internal sealed record TritonWarmup(string Name, int Count, IReadOnlyList<TritonWarmup.Input> Inputs)
{
    private const int Seed = 1;

    /// <summary>An input of it.</summary>
    /// <param name="Name">The model's name of it.</param>
    /// <param name="Shape">With the batch axis, where the model has one.</param>
    /// <param name="IsRandom">Whether its values are random instead of zero.</param>
    /// <param name="File">Holds its bytes, in the folder <c>warmup</c>; null for none.</param>
    internal sealed record Input(string Name, IReadOnlyList<long> Shape, bool IsRandom, string? File);

    /// <summary>Reads an entry of <c>model_warmup</c>.</summary>
    /// <exception cref="InvalidDataException">It is no such request.</exception>
    public static TritonWarmup Read(TextProtoMessage warmup, int maxBatchSize, string folder)
    {
        var name = warmup.Text("name") ?? "";
        var rows = warmup.Integer("batch_size") ?? 0;
        if (rows < 0 || rows > maxBatchSize || (maxBatchSize > 0 && rows == 0))
        {
            throw new InvalidDataException(
                $"model_warmup '{name}': expected a batch_size from {Math.Min(1, maxBatchSize)} to {maxBatchSize}, "
                    + $"got {rows}.");
        }

        var inputs = warmup.Messages("inputs").Select(entry =>
        {
            var key = entry.Text("key")
                ?? throw new InvalidDataException($"model_warmup '{name}': expected a key in each of inputs.");
            var value = entry.Message("value")
                ?? throw new InvalidDataException($"model_warmup '{name}': expected a value for '{key}'.");
            var file = value.Text("input_data_file");
            if (file is not null && file != Path.GetFileName(file))
            {
                throw new InvalidDataException(
                    $"model_warmup '{name}': expected a file of the folder 'warmup', got '{file}'.");
            }

            long[] dims = [.. value.Integers("dims")];
            if (dims.Any(static d => d < 0))
            {
                throw new InvalidDataException(
                    $"model_warmup '{name}': expected dims of 0 or more for '{key}', got [{string.Join(", ", dims)}].");
            }

            return new Input(
                key, maxBatchSize > 0
                    ? [rows, .. dims]
                    : dims, value.Flag("random_data"), file is null ? null : Path.Combine(folder, "warmup", file));
        });
        return new TritonWarmup(name, (int)Math.Clamp(warmup.Integer("count") ?? 1, 1, 1000), [.. inputs]);
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="InvalidDataException">The model does not take what it sends.</exception>
    public void Run(InferenceModel model)
    {
        try
        {
            TensorValue[] values = [.. model.Inputs.Select(ValueOf)];
            for (var i = 0; i < Count; i++)
            {
                model.Run(values).Dispose();
            }
        }
        catch (Exception e) when (
            e is InferenceException or ModelInputException or RequestException or IOException or OverflowException)
        {
            throw new InvalidDataException($"model_warmup '{Name}': {e.Message}", e);
        }
    }

    private TensorValue ValueOf(TensorSpec spec)
    {
        var input = Inputs.FirstOrDefault(i => i.Name == spec.Name)
            ?? throw new InvalidDataException(
                $"model_warmup '{Name}': expected the input '{spec.Name}', it is missing.");
        long[] shape = [.. input.Shape];
        if (input.File is not null)
        {
            return BinaryTensor.Read(spec.Name, spec.Type, shape, File.ReadAllBytes(input.File));
        }

        var count = checked((int)BinaryTensor.Count(spec.Name, shape));
        if (spec.Type == ElementType.String)
        {
            return TensorValue.OfStrings([.. Enumerable.Repeat("", count)], shape);
        }

        var bytes = new byte[checked(count * spec.Type.Size())];
        if (input.IsRandom && spec.Type is ElementType.Float32)
        {
            var random = new Random(Seed);
            return TensorValue.Of([.. Enumerable.Range(0, count).Select(_ => random.NextSingle())], shape);
        }

        if (input.IsRandom && spec.Type is not (ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16))
        {
            // Small integers and booleans: larger ones may be indices that no table has.
            var random = new Random(Seed);
            for (var i = 0; i < count; i++)
            {
                bytes[i * spec.Type.Size()] = (byte)random.Next(2);
            }
        }

        return new TensorValue(spec.Type, shape, bytes);
    }
}
