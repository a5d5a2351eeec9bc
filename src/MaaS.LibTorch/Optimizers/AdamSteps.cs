using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What Adam and AdamW remember about one parameter.</summary>
internal interface IAdamState
{
    (Tensor average, Tensor square, Tensor? greatestSquare) Moments { get; }

    /// <summary>Counts a step and returns its number, from 1.</summary>
    long Advance();
}

/// <summary>What the optimizers of Adam's family compute alike.</summary>
internal static class AdamSteps
{
    /// <summary>Moves the running means of gradients and squared gradients.</summary>
    public static void Average(Tensor[] averages, Tensor[] squares, Tensor[] grads, double beta1, double beta2)
    {
        Foreach.Mul_(averages, beta1);
        Foreach.Add_(averages, grads, 1 - beta1);
        Foreach.Mul_(squares, beta2);
        Foreach.Addcmul_(squares, grads, grads, 1 - beta2);
    }

    /// <summary>Kingma and Ba 2015, algorithm 1, the bias corrections drawn into the step size.</summary>
    public static void Step(Tensor[] parameters, Tensor[] grads, IAdamState[] states, double lr, (double, double) betas, double eps)
    {
        var (beta1, beta2) = betas;
        Tensor[] averages = [.. states.Select(s => s.Moments.average)], squares = [.. states.Select(s => s.Moments.square)];
        Average(averages, squares, grads, beta1, beta2);
        if (states[0].Moments.greatestSquare is not null)
        {
            Tensor[] greatest = [.. states.Select(s => s.Moments.greatestSquare!)];
            Foreach.Maximum_(greatest, squares);
            squares = greatest;
        }

        Scalar[] corrections = new Scalar[states.Length], rates = new Scalar[states.Length];
        for (var i = 0; i < states.Length; i++)
        {
            var step = states[i].Advance();
            corrections[i] = Math.Sqrt(1 - Math.Pow(beta2, step));
            rates[i] = -lr / (1 - Math.Pow(beta1, step));
        }
        var denominators = Foreach.Sqrt(squares);
        Foreach.Div_(denominators, corrections);
        Foreach.Add_(denominators, eps);
        Foreach.Addcdiv_(parameters, averages, denominators, rates);
    }
}
