using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>One sequence out of another, of a module that takes source ids (B, S), their mask (B, S) and target ids
/// (B, T), of batches whose targets (B, T + 1) begin with the start token and end with the end token, padded by
/// <see cref="TokenTask{TModel, TBatch}.IgnoreIndex"/> where that is a token.</summary>
/// <inheritdoc cref="SequenceToSequenceTask{TModel, TBatch}" path="/remarks"/>
public sealed class SequenceToSequenceTask()
    : SequenceToSequenceTask<nn.Module<Tensor, Tensor, Tensor, Tensor>, (Tensor Source, Tensor Mask, Tensor Target)>(
        Predict)
{
    private static Prediction Predict(
        nn.Module<Tensor, Tensor, Tensor, Tensor> model, (Tensor Source, Tensor Mask, Tensor Target) batch)
    {
        if (batch.Target.dim() != 2 || batch.Target.shape[1] < 2)
        {
            throw new ArgumentException(
                "SequenceToSequenceTask: expected targets (B,T+1) of at least two tokens, got "
                    + $"({string.Join(",", batch.Target.shape)}).",
                nameof(batch));
        }

        var length = batch.Target.shape[1] - 1;
        return new Prediction(
            model.call(batch.Source, batch.Mask, batch.Target.narrow(1, 0, length)),
            batch.Target.narrow(1, 1, length));
    }
}
