namespace MaaS.Training.Fitting;

/// <summary>How gradients change the weights.</summary>
public enum OptimizerKind
{
    /// <summary>Gradient descent over the whole training set: one update an epoch.</summary>
    GradientDescent,

    /// <summary>Stochastic gradient descent with momentum.</summary>
    Sgd,

    /// <summary>Adam (Kingma, Ba 2015); weight decay is added to the gradient.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov, Hutter 2019).</summary>
    AdamW,
}
