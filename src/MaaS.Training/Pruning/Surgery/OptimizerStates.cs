using System.Reflection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Pruning.Surgery;

/// <summary>What an optimizer remembers of each parameter: moments, buffers, step sizes.</summary>
internal static class OptimizerStates
{
    /// <summary>The tensors of an optimizer's state by their parameter's handle; those that no step has made yet are
    /// missing.</summary>
    /// <param name="optimizer">Null gives none.</param>
    public static ILookup<IntPtr, Tensor> Of(OptimizerHelper? optimizer)
        => (optimizer is null ? [] : optimizer.parameters().Zip(optimizer.state_dict().State))
            .SelectMany(static pair => Tensors(pair.Second).Select(tensor => (pair.First.Handle, Tensor: tensor)))
            .ToLookup(static pair => pair.Handle, static pair => pair.Tensor);

    // Every optimizer has a state class of its own, whose tensors are public fields.
    private static IEnumerable<Tensor> Tensors(OptimizerState state)
        => state.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public).Select(field => field.GetValue(state))
            .OfType<Tensor>();
}
