using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>Fresh weights: normal, with zero biases.</summary>
/// <remarks>Devlin et al. 2019 and the deviation in its published configurations.</remarks>
internal static class BertWeights
{
    public static Linear Dense(long inputs, long outputs, BertConfig config)
    {
        var layer = Linear(inputs, outputs);
        init.normal_(layer.weight, std: config.InitializerRange);
        init.zeros_(layer.bias!);
        return layer;
    }

    public static Embedding Table(long rows, BertConfig config)
    {
        var table = Embedding(rows, config.HiddenSize);
        init.normal_(table.weight!, std: config.InitializerRange);
        return table;
    }
}
