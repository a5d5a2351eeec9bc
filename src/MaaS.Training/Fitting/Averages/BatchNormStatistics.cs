using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Averages;

/// <summary>Takes means and variances of batch norms anew, for weights that did not make those that they
/// have.</summary>
public static class BatchNormStatistics
{
    /// <summary>Forgets the running statistics and takes their plain means over some batches.</summary>
    /// <param name="model">Its submodules keep their training modes; a model without batch norm stays as it is.</param>
    /// <param name="batches">Runs batches of training data through the model.</param>
    public static void Refresh(nn.Module model, Action<nn.Module> batches)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        NormBase[] norms = [.. model.modules().OfType<NormBase>().Where(static n => n.running_mean is not null)];
        if (norms.Length == 0)
        {
            return;
        }

        var momenta = Array.ConvertAll(norms, static n => n.momentum);
        List<(nn.Module Module, bool Training)> modes = [
            (model, model.training),
            .. model.named_modules().Select(static pair => (pair.module, pair.module.training))];
        try
        {
            foreach (var norm in norms)
            {
                norm.reset_running_stats();
                norm.momentum = null;   // Every batch counts the same.
            }

            model.train();
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            batches(model);
        }
        finally
        {
            for (var i = 0; i < norms.Length; i++)
            {
                norms[i].momentum = momenta[i];
            }

            foreach (var (module, training) in modes)
            {
                module.train(training);
            }
        }
    }
}
