using MaaS.Training.Data;
using MaaS.Training.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training.Images;

/// <summary>A batch while several threads fill it.</summary>
internal sealed class ImageBatch
{
    /// <summary>Samples of one part: small, so that all threads share the first batch; large enough that taking a part
    /// costs little.</summary>
    private const int PartSize = 8, NamesShown = 8;

    private readonly ImageSamples _samples;
    private readonly string?[] _faults;
    private readonly Tensor _inputs;

    /// <param name="samples">Where they come from.</param>
    /// <param name="positions">In the list.</param>
    public ImageBatch(ImageSamples samples, long[] positions)
    {
        (_samples, Positions, _faults) = (samples, positions, new string?[positions.Length]);
        _inputs = empty([positions.Length, .. samples.Shape], ScalarType.Float32).DetachFromDisposeScope();
    }

    public long[] Positions { get; }

    public int Parts => (Positions.Length + PartSize - 1) / PartSize;

    /// <summary>What is wrong with the samples that were left out.</summary>
    public IEnumerable<string> Faults => _faults.OfType<string>();

    /// <summary>Reads one part.</summary>
    /// <param name="part">0…<see cref="Parts"/>−1.</param>
    /// <param name="plan">Seed and epoch of all draws.</param>
    /// <param name="leaveOut">Whether what cannot be read is left out.</param>
    public void Load(int part, EpochPlan plan, bool leaveOut)
    {
        var values = FloatSpan.Of(_inputs);
        for (var i = part * PartSize; i < Math.Min(Positions.Length, (part + 1) * PartSize); i++)
        {
            try
            {
                _samples.Load(
                    Positions[i], new TransformRandom(plan.Seed, plan.Epoch, Positions[i]),
                    values.Slice(i * _samples.Size, _samples.Size));
            }
            catch (InvalidDataException e) when (leaveOut)
            {
                _faults[i] = e.Message;
            }
        }
    }

    /// <summary>The finished batch; this one must not be used any more.</summary>
    /// <exception cref="InvalidDataException">Nothing of it could be read.</exception>
    public Batch<(Tensor Inputs, Tensor Targets)> Finish(ImageList list, Device device)
    {
        var kept = Enumerable.Range(0, Positions.Length).Where(i => _faults[i] is null).ToArray();
        if (kept.Length == 0)
        {
            Discard();
            throw new InvalidDataException(
                $"expected at least one image of a batch that can be read, got none of {Positions.Length}: "
                    + string.Join("\n", Faults));
        }

        using var scope = NewDisposeScope();
        var inputs = kept.Length == Positions.Length ? _inputs : Keep(kept);
        var targets = tensor([.. kept.Select(i => (long)list.Labels[Positions[i]])], [kept.Length], ScalarType.Int64);
        return new Batch<(Tensor, Tensor)>(
            (Placed(inputs, device), Placed(targets, device)), kept.Length, Name(list, kept));
    }

    /// <summary>Frees what nobody takes.</summary>
    public void Discard() => _inputs.Dispose();

    private static Tensor Placed(Tensor value, Device device)
    {
        if (device.type == DeviceType.CPU)
        {
            return value.DetachFromDisposeScope();
        }

        using (value)
        {
            return value.to(device).DetachFromDisposeScope();
        }
    }

    private Tensor Keep(int[] kept)
    {
        using var all = _inputs;
        return all.index_select(0, tensor([.. kept.Select(static i => (long)i)], [kept.Length], ScalarType.Int64));
    }

    private string Name(ImageList list, int[] kept)
        => string.Join(", ", kept.Take(NamesShown).Select(i => list.Names[Positions[i]]))
            + (kept.Length > NamesShown ? $" and {kept.Length - NamesShown} more" : "");
}
