using MaaS.Core.Explanations;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Explanations;

/// <summary>One row of a model's inputs, of which parts can be taken out.</summary>
/// <param name="Parts">How many.</param>
/// <param name="Grid">(rows, columns) of an image's patches; null otherwise.</param>
/// <param name="Apply">The inputs for some masks, one row each.</param>
internal sealed record MaskedInput(
    int Parts, (int Rows, int Columns)? Grid, Func<IReadOnlyList<bool[]>, TensorValue[]> Apply)
{
    /// <summary>
    /// Patches or columns of one float32 input are replaced by a value; tokens of a text are hidden by the attention
    /// mask.
    /// </summary>
    /// <exception cref="RequestException">
    /// 400: the model has other inputs, or the request has not exactly one row.
    /// </exception>
    public static MaskedInput Of(
        ServedModel model, ReadOnlyMemory<TensorValue> inputs, int mostParts, float replacement)
    {
        var tensors = inputs.Span;
        foreach (var tensor in tensors)
        {
            if (tensor.Shape.Length == 0 || tensor.Shape[0] != 1)
            {
                throw RequestException.BadRequest($"model '{model.Name}': expected one row to explain, got {tensor}");
            }
        }

        return tensors is [{ Type: ElementType.Float32, Shape.Length: > 1 } row] ? Values(row, mostParts, replacement)
            : tensors is [{ Type: ElementType.Int64 } ids, { Type: ElementType.Int64 } mask] && ids.Shape.Length == 2
            && ids.Shape.SequenceEqual(mask.Shape)
                ? Tokens(ids, mask)
                : throw RequestException.BadRequest(
                    $"model '{model.Name}': expected one input float32[batch,…], or token ids and their mask, to "
                        + $"explain, it has {string.Join("; ", model.Inputs)}");
    }

    private static MaskedInput Values(TensorValue row, int mostParts, float replacement)
    {
        var shape = row.Shape[1..].ToArray();
        var parts = InputParts.Of(shape, mostParts);
        return new MaskedInput(
            parts.Count, parts.Grid, masks
                => [TensorValue.Of(parts.Apply(row.AsSpan<float>(), masks, replacement), [masks.Count, .. shape])]);
    }

    private static MaskedInput Tokens(TensorValue ids, TensorValue mask)
    {
        var length = (int)ids.Shape[1];
        return new MaskedInput(length, null, masks =>
        {
            var (allIds, allMasks) = (new long[masks.Count * length], new long[masks.Count * length]);
            for (var m = 0; m < masks.Count; m++)
            {
                ids.AsSpan<long>().CopyTo(allIds.AsSpan(m * length));
                for (var t = 0; t < length; t++)
                {
                    allMasks[(m * length) + t] = masks[m][t] ? mask.AsSpan<long>()[t] : 0;
                }
            }

            return [TensorValue.Of(allIds, masks.Count, length), TensorValue.Of(allMasks, masks.Count, length)];
        });
    }
}
