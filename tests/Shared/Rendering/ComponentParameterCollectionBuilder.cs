using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Components;

namespace Nirmaan.Testing.Rendering;

/// <summary>Collects the parameters of a component: <c>p => p.Add(c => c.Title, "Fleet")</c>.</summary>
/// <typeparam name="T">The component.</typeparam>
public sealed class ComponentParameterCollectionBuilder<T>
    where T : IComponent
{
    private readonly Dictionary<string, object?> _parameters = [];
    private readonly List<Func<RenderFragment, RenderFragment>> _cascades = [];

    /// <summary>Sets a parameter.</summary>
    public ComponentParameterCollectionBuilder<T> Add<TValue>(Expression<Func<T, TValue>> parameterSelector, TValue value) => Set(parameterSelector, value);

    /// <summary>Sets a fragment from HTML.</summary>
    public ComponentParameterCollectionBuilder<T> Add(Expression<Func<T, RenderFragment?>> parameterSelector, string markup) =>
        Set(parameterSelector, (RenderFragment)(builder => builder.AddMarkupContent(0, markup)));

    /// <summary>Listens to a callback.</summary>
    public ComponentParameterCollectionBuilder<T> Add(Expression<Func<T, EventCallback>> parameterSelector, Action callback) =>
        Set(parameterSelector, EventCallback.Factory.Create(this, callback));

    /// <summary>Listens to a callback with a value.</summary>
    public ComponentParameterCollectionBuilder<T> Add<TValue>(Expression<Func<T, EventCallback<TValue>>> parameterSelector, Action<TValue> callback) =>
        Set(parameterSelector, EventCallback.Factory.Create(this, callback));

    /// <summary>Sets ChildContent from HTML.</summary>
    public ComponentParameterCollectionBuilder<T> AddChildContent(string markup)
    {
        _parameters["ChildContent"] = (RenderFragment)(builder => builder.AddMarkupContent(0, markup));
        return this;
    }

    /// <summary>Puts a value above the component.</summary>
    public ComponentParameterCollectionBuilder<T> AddCascadingValue<TValue>(TValue value)
    {
        _cascades.Add(inner => builder =>
        {
            builder.OpenComponent<CascadingValue<TValue>>(0);
            builder.AddComponentParameter(1, nameof(CascadingValue<TValue>.Value), value);
            builder.AddComponentParameter(2, nameof(CascadingValue<TValue>.ChildContent), inner);
            builder.CloseComponent();
        });
        return this;
    }

    internal RenderFragment ToFragment()
    {
        RenderFragment component = builder =>
        {
            builder.OpenComponent<T>(0);
            builder.AddMultipleAttributes(1, _parameters!);
            builder.CloseComponent();
        };
        return _cascades.Aggregate(component, (inner, wrap) => wrap(inner));
    }

    private ComponentParameterCollectionBuilder<T> Set(LambdaExpression selector, object? value)
    {
        if (selector.Body is not MemberExpression { Member: PropertyInfo property } || property.GetCustomAttribute<ParameterAttribute>() is null)
        {
            throw new ArgumentException($"{selector} does not name a [Parameter] of {typeof(T).Name}.", nameof(selector));
        }
        _parameters[property.Name] = value;
        return this;
    }
}
