using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What encoder and decoder layers share.</summary>
internal static class TransformerBlocks
{
    /// <summary>dropout(W₂ dropout(activation(W₁ x))).</summary>
    public static Tensor FeedForward(Tensor x, Linear first, Linear second, bool gelu, double dropout, bool training)
    {
        using var scope = NewDisposeScope();
        var hidden = first.call(x);
        hidden = gelu ? functional.gelu(hidden) : functional.relu(hidden);
        hidden = second.call(functional.dropout(hidden, dropout, training));
        return functional.dropout(hidden, dropout, training).MoveToOuterDisposeScope();
    }

    /// <summary>A module with another's values, place, element type and mode; it draws no random numbers of the caller's.</summary>
    public static T Copy<T>(T source, Func<T> make) where T : nn.Module
    {
        using var state = get_rng_state();
        var copy = make();
        set_rng_state(state);
        var (sample, parameters) = (source.parameters().First(), source.parameters().ToList());
        copy._to(sample.device, sample.dtype, false);
        copy.load_state_dict(source.state_dict());
        foreach (var (mine, theirs) in copy.parameters().Zip(parameters)) mine.requires_grad = theirs.requires_grad;
        copy.train(source.training);
        return copy;
    }
}
