using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>Which token belongs at each position: a transformed vector against every token's own.</summary>
/// <remarks>Devlin et al. 2019, section 3.1, task 1. Parameters: <c>cls.predictions.bias</c>,
/// <c>cls.predictions.transform.dense.weight</c> and so on; the matrix is that of the word embeddings.</remarks>
internal sealed class BertMaskedLanguageHead : Module<Tensor, Tensor, Tensor>
{
    private readonly Predictions predictions;

    public BertMaskedLanguageHead(BertConfig config)
        : base(nameof(BertMaskedLanguageHead))
    {
        predictions = new Predictions(config);
        RegisterComponents();
    }

    /// <summary>(B, T, C) and the words (V, C) to (B, T, V).</summary>
    public override Tensor forward(Tensor input, Tensor words) => predictions.call(input, words);

    private sealed class Predictions : Module<Tensor, Tensor, Tensor>
    {
        private readonly Parameter bias;
        private readonly Transform transform;

        public Predictions(BertConfig config)
            : base(nameof(Predictions))
        {
            bias = Parameter(zeros(config.VocabSize));
            transform = new Transform(config);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input, Tensor words)
            => functional.linear(transform.call(input), words, bias);
    }

    private sealed class Transform : Module<Tensor, Tensor>
    {
        private readonly Linear dense;
        private readonly Module<Tensor, Tensor> activation;

        [ComponentName(Name = "LayerNorm")]
        private readonly LayerNorm norm;

        public Transform(BertConfig config)
            : base(nameof(Transform))
        {
            dense = BertWeights.Dense(config.HiddenSize, config.HiddenSize, config);
            activation = ActivationLayer.Create(config.Activation);
            norm = LayerNorm(config.HiddenSize, config.LayerNormEps);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => norm.call(activation.call(dense.call(input)));
    }
}
