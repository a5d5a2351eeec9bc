using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>The next token, of a module that takes ids (B, T) and of batches of ids (B, T + 1).</summary>
/// <inheritdoc cref="LanguageModelTask{TModel, TBatch}" path="/remarks"/>
public sealed class LanguageModelTask() : LanguageModelTask<nn.Module<Tensor, Tensor>, Tensor>(Predict)
{
    private static Prediction Predict(nn.Module<Tensor, Tensor> model, Tensor ids)
    {
        if (ids.dim() != 2 || ids.shape[1] < 2)
        {
            throw new ArgumentException(
                "LanguageModelTask: expected ids (B,T+1) of at least two tokens, got "
                    + $"({string.Join(",", ids.shape)}).",
                nameof(ids));
        }

        var length = ids.shape[1] - 1;
        return new Prediction(model.call(ids.narrow(1, 0, length)), ids.narrow(1, 1, length));
    }
}
