using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>Moves weights between a model and a checkpoint whose names and layouts differ.</summary>
internal static class CheckpointWeights
{
    /// <summary>Fills a model's parameters; nothing changes when it throws.</summary>
    /// <exception cref="InvalidDataException">A tensor has another shape or a type that torch lacks, or, when
    /// <paramref name="strict"/>, one is missing or unexpected: all of them are named.</exception>
    /// <param name="model">The model.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="format">Their names.</param>
    /// <param name="strict">Whether every tensor has to find its place.</param>
    /// <param name="fresh">Tells by their keys the parameters that keep their values whatever the checkpoint has for
    /// them; null for none.</param>
    public static CheckpointReport Load(
        nn.Module model, IWeightFile checkpoint, CheckpointFormat format, bool strict, Func<string, bool>? fresh = null)
    {
        var keys = Keys(checkpoint, format);
        var used = new HashSet<string>(StringComparer.Ordinal);
        List<string> missing = [], faults = [];
        List<(Tensor Target, WeightEntry Entry, WeightRule Rule)> moves = [];
        var places = Places(model, format);
        // A tensor that shares its values with another may stand under the other's key.
        var ties = format.Ties.Where(t => !places.Exists(p => p.Key == t.Value)).ToDictionary();
        foreach (var (target, key, rule) in places)
        {
            if (fresh?.Invoke(key) == true)
            {
                missing.Add(format.Full(key));
                continue;
            }

            if ((
                keys.GetValueOrDefault(key)
                    ?? (ties.TryGetValue(key, out var tied) ? keys.GetValueOrDefault(tied) : null)) is not { } entry)
            {
                missing.Add(format.Full(key));
                continue;
            }

            used.Add(entry.Name);
            var expected = TheirShape(target.shape, rule);
            if (!entry.Shape.SequenceEqual(expected) || !TensorValues.HasTorchType(entry.Type))
            {
                faults.Add(
                    $"{entry.Name}: expected ({string.Join(",", expected)}), got {entry.Type.Name()} "
                        + $"({string.Join(",", entry.Shape)})");
            }

            moves.Add((target, entry, rule));
        }

        if (faults.Count > 0)
        {
            throw new InvalidDataException(
                $"{checkpoint.Location}: {string.Join("; ", faults.Distinct())}; the weights belong to a model of "
                    + "other sizes: compare config.json.");
        }

        var untied = Untied(checkpoint, keys, ties);
        var shared = ties.Where(t => keys.ContainsKey(t.Key) && !untied.Contains(t)).Select(static t => t.Value)
            .ToHashSet(StringComparer.Ordinal);
        var report = new CheckpointReport(
            [.. missing.Distinct()],
            [.. keys.Where(
                k => !used.Contains(k.Value.Name) && !format.Ignored.IsMatch(k.Key) && !shared.Contains(k.Key))
                    .Select(static k => k.Value.Name)])
        {
            Taken = [.. moves.Select(static m => m.Entry.Name).Distinct()],
            Reshaped = [.. moves.Where(static m => m.Entry.Reshaped || m.Rule is { Transposed: true } or { Parts: > 1 })
                .Select(static m => m.Entry.Name).Distinct()],
        };
        if (strict && report.Missing.Concat(report.Unexpected).Any(k => fresh?.Invoke(k) != true))
        {
            throw new InvalidDataException(
                $"{checkpoint.Location}: expected the keys of {format.Name}, got {report}"
                    + string.Concat(untied.Select(t =>
                        $"; {keys[t.Value].Name} differs from {keys[t.Key].Name}, and the model holds them as one"))
                    + "; load it without strict to keep what fits.");
        }

        Copy(checkpoint, moves);
        return report;
    }

    /// <summary>A model's parameters under the checkpoint's names and in its layout, each computed when it is
    /// written.</summary>
    public static IEnumerable<SafeTensorsSource> Sources(nn.Module model, CheckpointFormat format)
    {
        foreach (var group in Places(model, format).GroupBy(static p => p.Key))
        {
            var parts = group.OrderBy(static p => p.Rule.Part).ToArray();
            var (first, _, rule) = parts[0];
            var layout = TensorValues.Source(format.Full(group.Key), first);
            yield return layout with
            {
                Shape = TheirShape(first.shape, rule),
                WriteTo = stream =>
                {
                    using var scope = NewDisposeScope();
                    var whole = parts.Length == 1 ? first : cat([.. parts.Select(static p => p.Tensor)], 0);
                    TensorValues.Source(layout.Name, rule.Transposed && whole.dim() == 2 ? whole.t() : whole)
                        .WriteTo(stream);
                },
            };
        }
    }

    private static Dictionary<string, WeightEntry> Keys(IWeightFile checkpoint, CheckpointFormat format)
    {
        Dictionary<string, WeightEntry> keys = new(StringComparer.Ordinal);
        foreach (var entry in checkpoint.Entries)
        {
            if (!keys.TryAdd(format.Normalize(entry.Name), entry))
            {
                throw new InvalidDataException(
                    $"{checkpoint.Location}: expected each tensor once, got '{entry.Name}' and "
                        + $"'{keys[format.Normalize(entry.Name)].Name}'.");
            }
        }

        return keys;
    }

    private static List<(Tensor Tensor, string Key, WeightRule Rule)> Places(nn.Module model, CheckpointFormat format)
        => [.. model.state_dict().Where(p => !format.Ignored.IsMatch(p.Key))
            .Select(p => format.Find(p.Key) is var (key, rule) ? (p.Value, key, rule)
            : throw new InvalidOperationException($"{format.Name}: expected a rule for {p.Key}, there is none."))];

    // (outputs, inputs) of one part or several here; (inputs, outputs · parts) or (outputs · parts, inputs) there.
    private static long[] TheirShape(long[] own, WeightRule rule)
    {
        long[] shape = [own[0] / rule.Span * rule.Parts, .. own[1..]];
        if (rule.Transposed && shape.Length == 2)
        {
            Array.Reverse(shape);
        }

        return shape;
    }

    // Pairs that the model holds as one tensor and the checkpoint as two with different values.
    private static List<KeyValuePair<string, string>> Untied(
        IWeightFile checkpoint, Dictionary<string, WeightEntry> keys, Dictionary<string, string> ties)
    {
        return [.. ties.Where(t => keys.TryGetValue(t.Key, out var one) && keys.TryGetValue(t.Value, out var other)
            && !AreEqual(one, other))];

        bool AreEqual(WeightEntry one, WeightEntry other)
        {
            if (!one.Shape.SequenceEqual(other.Shape)
                || !TensorValues.HasTorchType(one.Type) || !TensorValues.HasTorchType(other.Type))
            {
                return false;
            }

            using var scope = NewDisposeScope();
            var (left, right) = (checkpoint.Read(one.Name), checkpoint.Read(other.Name));
            return left.eq(right.to(left.dtype)).all().item<bool>();
        }
    }

    // Reads all of it before the model changes: a tensor that cannot be read leaves the model as it was.
    private static void Copy(IWeightFile checkpoint, List<(Tensor Target, WeightEntry Entry, WeightRule Rule)> moves)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var sources = moves.Select(static m => m.Entry.Name).Distinct()
            .ToDictionary(static n => n, checkpoint.Read, StringComparer.Ordinal);
        foreach (var (target, entry, rule) in moves)
        {
            var source = sources[entry.Name];
            source = rule.Transposed && source.dim() == 2 ? source.t() : source;
            target.copy_(source.narrow(0, target.shape[0] / rule.Span * rule.Part, target.shape[0]));
        }
    }
}
